"""What the operations of this slice cost in network turns, each with a request; `test_round_trips` counts."""

TABLE: dict[str, tuple[int, dict[str, object]]] = {
    "GET /v1/profile": (1, {}),
    "PATCH /v1/profile": (1, {"json": {"about": "x"}, "headers": {"If-Match": "*"}}),
}
