"""The recipe's choice of data is checked when it is built, in words."""

from typing import get_args

import pytest

from vaelab.data import Data, names
from vaelab.data.specification import Name
from vaelab.errors import RecipeError
from vaelab.spec import convert, to_json


def test_it_can_name_every_data_set():
    assert get_args(Name) == names()


@pytest.mark.parametrize("data", [Data(), Data("mnist", "threshold", examples=100), Data("shapes", "none")])
def test_json_round_trip(data):
    assert convert(Data, to_json(data), "data") == data


@pytest.mark.parametrize(
    "settings, says",
    [
        ({"name": "minst"}, "digits, mnist, fashion_mnist, kmnist, shapes, pendigits, waves, but got 'minst'"),
        ({"binarization": "static"}, "none, threshold, dynamic, but got 'static'"),
        ({"examples": -1}, "examples must be between 0"),
        ({"examples": 1.5}, "examples must be a whole number"),
    ],
)
def test_a_wrong_choice_is_refused_in_words(settings, says):
    with pytest.raises(RecipeError, match=says):
        Data(**settings)
