"""Who a row names of the staff does something for it, and owns it only where the project says so."""

import pytest

from specward.code.dataflow.judging.analysis import analyse_files
from specward.code.dataflow.owners.schema import Options
from specward.rules.isolation.world import with_routes

TABLES = """

class Teacher(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")


class Course(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    COLUMN: int = Field(foreign_key="teacher.id")


class Lesson(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    course_id: int = Field(foreign_key="course.id")
"""
ROUTES = """
from app.models import Course, Lesson, Teacher


@router.get("/lessons")
def list_lessons(db: Db, me: Me):
    return db.exec(select(Lesson)).all()


@router.post("/courses")
def plan(teacher_id: int, db: Db, me: Me):
    course = Course(COLUMN=teacher_id)
    db.add(course)
    db.commit()
    return course
"""
MINE = """

@router.get("/courses")
def list_mine(db: Db, me: Me):
    teacher = db.exec(select(Teacher).where(Teacher.user_id == me.id)).one()
    return db.exec(select(Course).where(Course.COLUMN == teacher.id)).all()
"""


@pytest.mark.parametrize(
    ("column", "routes", "told"),
    [
        ("substitute_id", ROUTES, []),
        ("teacher_id", ROUTES, ["SW601", "SW604"]),
        ("substitute_id", ROUTES + MINE, ["SW601"]),
    ],
)
def test_who_works_on_a_row_owns_it_where_that_is_said(column: str, routes: str, told: list[str]) -> None:
    files = with_routes(routes.replace("COLUMN", column))
    files["backend/app/models.py"] += TABLES.replace("COLUMN", column)
    assert [item.code for item in analyse_files(files, Options()).violations] == told
