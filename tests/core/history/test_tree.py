"""Whatever is asked, edited, regenerated and chosen: the path stays a path."""

from __future__ import annotations

from contextlib import closing

from hypothesis import given, settings
from hypothesis import strategies as st

from understudy.history import database, queries

STEPS = st.lists(
    st.tuples(st.sampled_from(["ask", "again", "choose"]), st.integers(0, 30)), max_size=25
)


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_that_the_active_path_is_whole_after_any_steps(steps: list[tuple[str, int]]) -> None:
    with closing(database.connect(None)) as connection:
        conversation = queries.create_conversation(connection, "", "")
        made: list[int] = []
        for step, number in steps:
            target = made[number % len(made)] if made else None
            if step == "choose" and target is not None:
                queries.choose(connection, target)
            elif step == "again" and target is not None:
                known = queries.message(connection, target)
                assert known is not None
                made.append(queries.add_message(connection, conversation, known.parent, known.role))
            else:
                last = queries.last_on_path(connection, conversation)
                role = "assistant" if queries.count(connection, conversation) % 2 else "user"
                made.append(queries.add_message(connection, conversation, last, role))
            target = target if step == "choose" else made[-1]

            path = queries.page(connection, conversation, 0, 1000)
            assert [message.ordinal for message in path] == list(range(len(path)))
            assert len(path) == queries.count(connection, conversation)
            parents = [None, *(message.id for message in path)]
            assert [message.parent for message in path] == parents[: len(path)]
            assert target in parents, "what was made or chosen last is on the path"
            for message in path:
                siblings = queries.versions(connection, message.id)
                assert [each.version for each in siblings] == list(range(1, len(siblings) + 1))
                assert message.versions == len(siblings)
        stored = connection.execute("SELECT count(*) FROM message").fetchone()[0]
        assert stored == len(made), "nothing is ever lost"
