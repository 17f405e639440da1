"""How Sphinx builds the site: notebooks as they are stored, formulas as MathML, and nothing from another host."""

import re

from docutils.nodes import SkipNode
from latex2mathml.converter import convert

import minigrad

project = "minigrad"
version = release = minigrad.__version__
extensions = ["myst_nb"]
exclude_patterns = ["tutorials/errata/*", "tutorials/papers/*"]
suppress_warnings = ["myst.header"]  # the guide has the headings of its original

myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
myst_heading_anchors = 4
nb_render_markdown_format = "myst"
nb_execution_mode = "off"  # .ci/run compares what is stored with what the cells give

highlight_language = "text"  # a block without a language is an output
smartquotes = False  # quotes are those of Python
html_theme = "furo"
html_title = "minigrad"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_math_renderer = "mathml"
html_css_files = ["site.css"]

FUNCTION = re.compile(r"(?<!<msub>)(?<!<msup>)(<mi>(?:log|sin|cos|exp)</mi>)(?!<mo|</)")
"""A function before what it is taken of, where there is no bracket between them."""
SIGN = re.compile("(<mo[^>]*>(?:&#x0003D;|&#x00028;|&#x0002C;|&#x000B7;)</mo>)<mo>(?=&#x02212;)")
"""A minus after one of = ( , · is a sign: no space follows it."""


def formula(display):
    """A visitor that writes a formula of LaTeX in the form that browsers render themselves."""

    def visit(writer, node):
        text = node.astext().replace("{aligned}", "{align*}").replace(r"\\[4pt]", r"\\")  # what latex2mathml knows
        spaced = FUNCTION.sub(r'\1<mspace width="0.17em"/>', convert(text, display=display))
        writer.body.append(SIGN.sub(r'\1<mo form="prefix">', spaced))
        raise SkipNode

    return visit, None


def setup(app):
    app.add_html_math_renderer("mathml", formula("inline"), formula("block"))
