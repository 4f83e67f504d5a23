from __future__ import annotations

import json

import pytest

from core.classifiers import HEAD_FAMILIES
from core.codecs import CODEC_FAMILIES
from core.errors import RequestError
from core.model_folder import read_model_folder
from core.resources import resources_folder
from core.training.card import SOURCES
from core.training.recipes import (
    CODEC_RECIPES,
    HEAD_RECIPES,
    OTHER_CODECS,
    OTHER_HEADS,
    CodecRecipe,
    HeadRecipe,
    codec_recipe,
    head_recipe,
)

BUNDLED: list[CodecRecipe | HeadRecipe] = [*CODEC_RECIPES, *HEAD_RECIPES]
each = pytest.mark.parametrize(
    "recipe", [*BUNDLED, *OTHER_CODECS, *OTHER_HEADS], ids=lambda recipe: recipe.id
)
each_bundled = pytest.mark.parametrize("recipe", BUNDLED, ids=lambda recipe: recipe.id)


def test_recipes_are_found_by_id() -> None:
    for recipe in (*CODEC_RECIPES, *OTHER_CODECS):
        assert codec_recipe(recipe.id) is recipe
    for recipe in (*HEAD_RECIPES, *OTHER_HEADS):
        assert head_recipe(recipe.id) is recipe


def test_unknown_recipes_offer_the_nearest_names() -> None:
    with pytest.raises(RequestError, match="no codec recipe “banded”; did you mean banded-16k"):
        codec_recipe("banded")
    with pytest.raises(RequestError, match="no head recipe “keyword-12”; did you mean keywords"):
        head_recipe("keyword-12")


@each
def test_every_recipe_names_its_data_with_its_licence(recipe: CodecRecipe | HeadRecipe) -> None:
    assert recipe.label and recipe.licence and recipe.measured
    for name in (*(recipe.datasets or ()), *recipe.measured):
        assert name in SOURCES


@each
def test_what_learned_from_non_commercial_recordings_says_so(
    recipe: CodecRecipe | HeadRecipe,
) -> None:
    restricted = any("NC" in SOURCES[name] for name in recipe.datasets or ())
    assert restricted is ("NC" in recipe.licence)


@each
def test_every_recipe_can_be_built(recipe: CodecRecipe | HeadRecipe) -> None:
    if isinstance(recipe, CodecRecipe):
        assert CODEC_FAMILIES.spec(recipe.family)
        return
    design = recipe.design
    assert HEAD_FAMILIES.spec(design.family)
    assert design.minimum <= design.window
    assert set(design.background) | set(design.weights) <= set(design.labels)
    assert design.other is None or design.other in design.labels
    assert set(design.sources) <= set(SOURCES)


@each_bundled
def test_a_bundled_model_is_its_recipes(recipe: CodecRecipe | HeadRecipe) -> None:
    folder = resources_folder() / "models" / recipe.id
    manifest = read_model_folder(folder)
    assert (manifest.label, manifest.licence) == (recipe.label, recipe.licence)
    if isinstance(recipe, HeadRecipe):
        design = recipe.design
        assert (manifest.family, manifest.labels) == (design.family, design.labels)
        assert (manifest.window, manifest.minimum) == (design.window, design.minimum)
        assert manifest.background == design.background
    metrics = json.loads((folder / "metrics.json").read_text("utf-8"))
    card = (folder / "README.md").read_text("utf-8")
    assert set(recipe.measured) <= set(metrics)
    assert recipe.licence in card and metrics["trained"]["command"] in card
