"""One small API in three hands: FastAPI's, and two people's, in OpenAPI 3.0 and 3.1."""

from enum import StrEnum
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Path, Query, Response, status
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Draft(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=200)]
    note: Annotated[str, Field(max_length=1000)] | None = None
    price: Annotated[float, Field(gt=0)] | None = None


class Thing(BaseModel):
    id: int
    title: str
    note: str | None
    colour: Colour
    tags: list[str] = []
    parent: "Thing | None" = None


app = FastAPI()
signed_in = [Depends(HTTPBearer())]
Number = Annotated[int, Path(ge=1)]


@app.get("/things", dependencies=signed_in)
def list_things(
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    colour: Colour | None = None,
    x_request_id: Annotated[str | None, Header()] = None,
) -> list[Thing]:
    raise NotImplementedError


@app.post("/things", status_code=status.HTTP_201_CREATED, dependencies=signed_in, responses={404: {}})
def add_thing(draft: Draft) -> Thing:
    raise NotImplementedError


@app.delete("/things/{thing_id}", status_code=status.HTTP_204_NO_CONTENT, dependencies=signed_in)
def remove_thing(thing_id: Number) -> Response:
    raise NotImplementedError


@app.get("/health")
def health() -> dict[str, str]:
    raise NotImplementedError


HAND_30 = """
openapi: 3.0.3
info: {title: Things, version: 2.0.0, description: Written by hand.}
tags: [{name: things}]
paths:
  /health:
    get:
      responses:
        '200':
          description: Fine.
          content:
            application/json:
              schema: {type: object, additionalProperties: {type: string}}
  /things/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer, minimum: 0, exclusiveMinimum: true}}
    delete:
      operationId: dropThing
      security: [{token: []}]
      responses:
        '204': {description: Gone.}
  /things:
    get:
      summary: All of them
      security: [{token: []}]
      parameters:
        - {$ref: '#/components/parameters/Limit'}
        - {name: X-Request-ID, in: header, schema: {type: string}}
        - {name: colour, in: query, schema: {$ref: '#/components/schemas/Farbe'}}
      responses:
        '200':
          description: The things.
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Item'}}
    post:
      security: [{token: []}]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              additionalProperties: false
              required: [title]
              properties:
                price: {type: number, minimum: 0, exclusiveMinimum: true, nullable: true}
                note: {type: string, nullable: true, maxLength: 1000}
                title: {type: string, maxLength: 200, minLength: 1}
      responses:
        201: {$ref: '#/components/responses/Made'}
        404: {description: Not there.}
components:
  parameters:
    Limit: {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}
  responses:
    Made:
      description: Made.
      content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}
  schemas:
    Farbe: {enum: [green, red]}
    Item:
      type: object
      description: A thing.
      required: [id, title, note, colour]
      properties:
        id: {type: integer, example: 4}
        title: {type: string}
        note: {type: string, nullable: true}
        colour: {allOf: [{$ref: '#/components/schemas/Farbe'}]}
        tags: {type: array, items: {type: string}, default: []}
        parent: {nullable: true, allOf: [{$ref: '#/components/schemas/Item'}]}
  securitySchemes:
    token: {type: http, scheme: Bearer, bearerFormat: JWT}
"""

HAND_31 = (
    HAND_30.replace("3.0.3", "3.1.0")
    .replace("minimum: 0, exclusiveMinimum: true", "exclusiveMinimum: 0")
    .replace(
        "type: number, exclusiveMinimum: 0, nullable: true", "type: [number, 'null'], exclusiveMinimum: 0"
    )
    .replace("type: string, nullable: true", "type: ['null', string]")
    .replace(
        "{nullable: true, allOf: [{$ref: '#/components/schemas/Item'}]}",
        "{oneOf: [{type: 'null'}, {$ref: '#/components/schemas/Item'}]}",
    )
    .replace("{allOf: [{$ref: '#/components/schemas/Farbe'}]}", "{$ref: '#/components/schemas/Farbe'}")
)
