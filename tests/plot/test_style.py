"""Every optimizer has a look of its own, which can be read on white and does not rest on its colour."""

import pytest
from matplotlib.colors import to_rgb

from minigrad import compare
from minigrad.plot.style import DARK, DARK_GREY, FAMILIES, GREY, INK, families, marked, styles, told_apart

NAMES = compare.optimizers()


def luminance(colour):
    """Relative luminance as the Web Content Accessibility Guidelines define it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear))


@pytest.mark.parametrize("colour", [INK, GREY, *(light for light, *_ in FAMILIES.values())])
def test_colours_can_be_read_as_text_on_white(colour):
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


@pytest.mark.parametrize("colour", [DARK_GREY, *(shade for _, shade, _ in FAMILIES.values())])
def test_dark_shades_can_be_read_as_text_on_dark(colour):
    assert (luminance(colour) + 0.05) / (luminance(DARK) + 0.05) >= 4.5


def test_on_dark_only_the_colours_differ():
    names = [*NAMES, "mine"]
    light, dark = styles(names), styles(names, dark=True)
    for name in names:
        assert dark[name]._replace(colour=light[name].colour) == light[name]
        assert dark[name].colour != light[name].colour


def test_families_have_colours_of_their_own_and_share_no_member():
    for grey, k in ((GREY, 0), (DARK_GREY, 1)):
        assert len({grey, *(entry[k] for entry in FAMILIES.values())}) == len(FAMILIES) + 1
    members = [name for *_, names in FAMILIES.values() for name in names]
    assert len(members) == len(set(members))
    assert set(members) <= set(NAMES)


def test_markers_and_dashes_differ_within_a_family():
    looks = styles([*NAMES, "mine", "yours"])
    for names in families(looks).values():
        assert len({looks[name].marker for name in names}) == len(names)
        assert len({str(looks[name].dashes) for name in names}) == len(names)


def test_one_optimizer_under_several_settings_has_one_hue_and_several_looks():
    names = ["sgd, momentum 0.5", "sgd", "nag", "sgd, momentum 0.9"]
    looks = styles(names)
    assert list(looks) == names
    assert looks["sgd"] == styles(["sgd"])["sgd"]
    assert len({style.colour for style in looks.values()}) == 1
    assert len({style.marker for style in looks.values()}) == len({str(s.dashes) for s in looks.values()}) == 4


def test_lines_that_cross_are_told_apart_by_how_dark_they_are():
    looks = styles(["sgd", "adam", "sgd, momentum 0.9", "nag"])
    apart = told_apart(looks)
    blue = [luminance(apart[name].colour) for name in ("sgd", "sgd, momentum 0.9", "nag")]
    assert blue == sorted(blue, reverse=True)
    contrasts = [(light + 0.05) / (dark + 0.05) for light, dark in zip(blue, blue[1:])]
    assert min(contrasts) > 1.3
    assert apart["sgd"] == looks["sgd"] and apart["adam"].colour == looks["adam"].colour
    for name, look in marked(looks).items():
        assert apart[name]._replace(colour=look.colour) == look


def test_lines_on_the_same_axes_differ_in_marker_and_dashes_whatever_their_families():
    looks = styles(["sgd", "adam", "adagrad", "ftrl", "nag", "mine"])
    found = marked(looks)
    assert len({style.marker for style in found.values()}) == len({str(style.dashes) for style in found.values()}) == 6
    assert [style[:2] for style in found.values()] == [style[:2] for style in looks.values()]
    assert [name for name in looks if found[name] == looks[name]] == ["sgd", "nag"]
    assert marked(styles(["nag", "adam"])) == styles(["nag", "adam"])
    many = marked(styles([f"adam, beta1 0.{k:02}" for k in range(99)]))
    assert len({str(style[2:]) for style in many.values()}) == 63  # there are no more


def test_an_optimizer_of_ones_own_is_grey_and_comes_last():
    assert styles(["mine", "adam"])["mine"].colour == GREY
    assert families(["mine", "adam", "sgd"]) == {"SGD": ["sgd"], "Adam": ["adam"], "others": ["mine"]}
