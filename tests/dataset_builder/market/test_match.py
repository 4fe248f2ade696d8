"""What a check answers."""

from markets import view_of

from dataset_builder.market.match import Match, first_match


def test_first_match_stops_at_the_first_accepted_candidate():
    tried = []
    view = view_of((0, 0), (10, 10), (20, 0))

    def rule(_, n):
        tried.append(n)
        return Match(((n, 0.0),)) if n == 2 else f"not {n}"

    assert first_match(view, iter([(1,), (2,), (3,)]), rule, "none") == Match(((2, 0.0),))
    assert tried == [1, 2]
    assert first_match(view, [], rule, "nothing there") == "nothing there"
    assert first_match(view, [(1,), (3,)], rule, "none") == "not 3"
