"""The files that tests are given are copies whenever they may be: a suite that makes each of them is twice as long."""

from tests import kept
from tests.files import draft_file


def test_second_file_of_the_same_world_is_a_copy(cast, programme):
    assert kept._told(), "something patches or writes in every test: nothing is ever copied"
    draft_file(cast, programme)
    assert kept._world["name"] in kept._kept
