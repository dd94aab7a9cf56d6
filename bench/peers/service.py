"""The same predictions by the usual Python stack: FastAPI, SQLAlchemy, python-jose, scikit-learn.

Started by bench/load-peer.ts, which also tells it the data to train on and the centres to begin from, so that both
answer with the same clusters. Each request checks the token's signature and its session in the database, as ours does;
the model is kept in memory once it was read.
"""

import json
import os
import pickle
from functools import lru_cache

import numpy as np
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from jose import JWTError, jwt
from pydantic import BaseModel
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler
from sqlalchemy import Column, LargeBinary, String, create_engine, text
from sqlalchemy.orm import Session, declarative_base, sessionmaker

SECRET = os.environ["SECRET_KEY"]
engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg2://"), pool_size=10)
Database = sessionmaker(bind=engine)
Base = declarative_base()
app = FastAPI()
bearer = HTTPBearer()


class SignedIn(Base):
    __tablename__ = "peer_sessions"
    id = Column(String, primary_key=True)
    user_id = Column(String, nullable=False)


class Centers(Base):
    __tablename__ = "peer_centers"
    id = Column(String, primary_key=True)
    user_id = Column(String, nullable=False)
    model = Column(LargeBinary, nullable=False)


class Rows(BaseModel):
    rows: list[list[float]]


def database():
    session = Database()
    try:
        yield session
    finally:
        session.close()


def caller(
    credentials: HTTPAuthorizationCredentials = Depends(bearer), session: Session = Depends(database)
) -> str:
    try:
        claims = jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])
    except JWTError as error:
        raise HTTPException(401) from error
    signed_in = session.get(SignedIn, claims["sid"])
    if signed_in is None or signed_in.user_id != claims["sub"]:
        raise HTTPException(401)
    return signed_in.user_id


@lru_cache(maxsize=100)
def read_model(user_id: str, centers_id: str):
    with Database() as session:
        centers = session.get(Centers, centers_id)
        if centers is None or centers.user_id != user_id:
            raise HTTPException(404)
        return pickle.loads(centers.model)


@app.post("/centers/{centers_id}/predictions")
def predict(centers_id: str, body: Rows, user_id: str = Depends(caller)):
    scaler, kmeans, limits = read_model(user_id, centers_id)
    distances = kmeans.transform(scaler.transform(np.asarray(body.rows)))
    order = np.argsort(distances, axis=1)
    rows = np.arange(len(distances))
    nearest, second = distances[rows, order[:, 0]], distances[rows, order[:, 1]]
    margin = np.where(second == 0, 0, 1 - nearest / np.where(second == 0, 1, second))
    # As it is: FastAPI's own encoder would take most of the time of a long answer.
    answer = {
        "centersId": centers_id,
        "predictions": [
            {"cluster": cluster, "distance": distance, "runnerUp": runner_up, "margin": m, "outlier": outlier}
            for cluster, distance, runner_up, m, outlier in zip(
                order[:, 0].tolist(),
                nearest.tolist(),
                order[:, 1].tolist(),
                margin.tolist(),
                (nearest > limits[order[:, 0]]).tolist(),
            )
        ],
    }
    return JSONResponse(answer)


def make() -> None:
    """Trains and stores the model that PEER_MODEL describes."""
    with open(os.environ["PEER_MODEL"], encoding="utf8") as file:
        given = json.load(file)
    rows, centers = np.asarray(given["rows"]), np.asarray(given["centers"])
    scaler = StandardScaler().fit(rows)
    scaled = scaler.transform(rows)
    kmeans = KMeans(len(centers), init=scaler.transform(centers), n_init=1).fit(scaled)
    distances = kmeans.transform(scaled)[np.arange(len(rows)), kmeans.labels_]
    limits = np.array([np.percentile(distances[kmeans.labels_ == c], 99) for c in range(len(centers))])
    Base.metadata.create_all(engine)
    with Database() as session:
        session.execute(text("DELETE FROM peer_sessions"))
        session.add(SignedIn(id=given["sid"], user_id=given["sub"]))
        session.add(Centers(id=given["id"], user_id=given["sub"], model=pickle.dumps((scaler, kmeans, limits))))
        session.commit()
    print(jwt.encode({"sub": given["sub"], "sid": given["sid"]}, SECRET, algorithm="HS256"))


if __name__ == "__main__":
    make()
