"""The words the demo shop is made of: styles, colours, brands, and what a subcategory is."""

from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True)
class Feature:
    """One characteristic that descriptions praise and reviews judge.

    ``benefit`` and ``complaint`` are verb phrases that follow "the <name>", so that a description
    and every review of the same product speak about the same thing.
    """

    name: str
    benefit: str
    complaint: str


@dataclass(frozen=True)
class Subcategory:
    """One leaf of the category tree with everything its products are drawn from.

    Attributes
    ----------
    key : str
        Short unique name; pictures are looked up by it.
    path : str
        Full category path, ``"A > B > C"``.
    word : str
        What a shopper who likes it is said to like ("coffee").
    noun : str
        The product in running text, countable ("coffee grinder").
    kinds : tuple of str
        Product names in titles.
    materials : tuple of str
        Each of a family in `MATERIALS`; a shopper's liking for one runs across subcategories.
    price : float
        Typical mid-range price in euros.
    material_key : str
        Attribute name of the material ("roast" for coffee beans).
    looks : str
        Phrase with ``{colour}`` and ``{material}`` that follows the noun.
    surface : str
        The part of it that a review talks about.
    tail : str
        End of the title.
    is_consumable : bool
        Used up and bought again.
    goes_with : tuple of str
        Keys of the subcategories bought in the same order.
    """

    key: str
    path: str
    word: str
    noun: str
    kinds: tuple[str, ...]
    materials: tuple[str, ...]
    price: float
    sizes: tuple[str, ...]
    uses: tuple[str, ...]
    features: tuple[Feature, ...]
    goes_with: tuple[str, ...]
    material_key: str = "material"
    looks: str = "in {colour} {material}"
    surface: str = "{colour} {material}"
    tail: str = "{material}, {colour}"
    is_consumable: bool = False


# What is eaten, drunk or used up: its material is a flavour or a scent.
flavoured = partial(Subcategory, tail="{material}, {size}", is_consumable=True)


def names_of(text: str) -> tuple[str, ...]:
    """Return the names in a list.

    >>> names_of("walnut, brushed steel")
    ('walnut', 'brushed steel')
    """
    return tuple(text.split(", "))


@dataclass(frozen=True)
class Style:
    """A taste that runs across categories."""

    name: str
    title_words: tuple[str, ...]
    closings: tuple[str, ...]


STYLES: tuple[Style, ...] = (
    Style(
        "minimalist",
        ("Minimalist", "Pure", "Clean-Line"),
        (
            "Clean lines and nothing superfluous.",
            "A calm, minimalist look that goes with everything.",
            "Reduced to what matters.",
        ),
    ),
    Style(
        "vintage",
        ("Vintage", "Retro", "Heritage"),
        (
            "The retro lettering is a nod to the old general stores.",
            "A vintage look that seems to have been around for decades.",
            "It has the charm of a good flea-market find, only new.",
        ),
    ),
    Style(
        "outdoor",
        ("Outdoor", "Trail", "Rugged"),
        (
            "Tough enough for trail, boat and van.",
            "Made to be taken outdoors, whatever the weather.",
            "It packs small and shrugs off rough handling.",
        ),
    ),
    Style(
        "eco",
        ("Eco", "Low-Waste", "Earth-Kind"),
        (
            "Made with renewable energy and sent without plastic.",
            "An eco choice: fair supply chain, low waste, easy to recycle.",
            "Everything about it is meant to last or to compost.",
        ),
    ),
    Style(
        "playful",
        ("Playful", "Cheerful", "Happy"),
        (
            "A playful touch that makes people smile.",
            "Cheerful dots and bright edges keep the mood up.",
            "Serious quality that does not take itself seriously.",
        ),
    ),
    Style(
        "industrial",
        ("Industrial", "Workshop", "Factory"),
        (
            "An industrial look with honest joints and visible screws.",
            "It would not look out of place in an old workshop.",
            "Raw, robust and straightforward.",
        ),
    ),
    Style(
        "botanical",
        ("Botanical", "Leafy", "Meadow"),
        (
            "A botanical pattern of fern and leaf runs around it.",
            "Leaf drawings bring a bit of garden with them.",
            "Inspired by a walk through a greenhouse.",
        ),
    ),
    Style(
        "luxe",
        ("Luxe", "Grand", "Signature"),
        (
            "Finished by hand and delivered in a gift box.",
            "A luxe piece with fine brass-toned details.",
            "The kind of quality you notice on first touch.",
        ),
    ),
)

COLOURS: tuple[tuple[str, str], ...] = (
    ("black", "#3a3c42"),
    ("white", "#e9e1d1"),
    ("sage", "#8fa98a"),
    ("terracotta", "#c8704d"),
    ("navy", "#36517d"),
    ("mustard", "#dfab3b"),
    ("blush", "#e3a6a1"),
    ("plum", "#7d4f73"),
    ("teal", "#3d8f8f"),
    ("sky blue", "#86b7d8"),
    ("crimson", "#b8404b"),
    ("sand", "#cdb38b"),
)

PRICE_LEVELS: tuple[str, ...] = ("budget", "mid-range", "premium")

MATERIALS: dict[str, str] = {
    "wood": (
        "acacia wood, ash wood, bamboo, beech, birch plywood, cork, cork lining, lacquered "
        "board, lime wood, oak veneer, olive wood, pear wood, turned oak, walnut, walnut cups"
    ),
    "metal": (
        "aluminium, anodised aluminium, brass, brushed aluminium, brushed metal, brushed "
        "steel, carbon steel, cast aluminium, cast iron, copper, copper-core steel, enamelled "
        "steel, folded steel, galvanised steel, hammered brass, magnetic sheet, powder-coated "
        "steel, stainless steel, steel wire, titanium"
    ),
    "ceramic": (
        "ceramic, ceramic-coated aluminium, concrete, fibre stone, fired clay, glazed "
        "ceramic, porcelain, stone paper, stoneware, terracotta clay"
    ),
    "natural fibre": (
        "bamboo viscose, bouclé, brushed cotton, corduroy, cotton canvas, heavy cotton, hemp "
        "webbing, jute, lambswool, linen, linen cover, linen-finish board, merino, merino "
        "lining, natural rubber, organic cotton, recycled board, recycled card, silk twill, "
        "washed linen, waxed canvas, wool bouclé, wool felt, woven fabric"
    ),
    "synthetic": (
        "bio acetate, bio plastic, climbing rope, closed-cell foam, coated ripstop, coated "
        "webbing, microfibre, plant-based plastic, polycarbonate, recycled canvas, recycled "
        "fleece, recycled nylon, recycled plastic, recycled plush, recycled polyester, "
        "recycled sailcloth, recycled shell, resin, ripstop nylon, silicone, tarpaulin, velvet"
    ),
    "leather": (
        "bridle leather, leather cover, leather pads, leather trim, saddle leather, vegan "
        "leather, vegetable-tanned leather"
    ),
    "glass": "acrylic, borosilicate glass, double-wall glass, hand-blown glass, smoked glass",
    "bold": (
        "72 % dark, 85 % dark, amber and clove, beef and rosemary, black pepper and cedar, "
        "black tea, cedar and smoke, chilli and tomato, dark roast, espresso roast, ginger "
        "blend, peppery, pine tar, smoked tea, sunflower mix, wild fish, with chilli"
    ),
    "gentle": (
        "45 % milk, apple and oat, basil and thyme, bee meadow mix, chamomile blend, fig and "
        "linen, green tea, lavender, light roast, medium roast, mild, oat and honey, rain and "
        "moss, sweet potato, vanilla white, with lemon"
    ),
}
"""The materials of each family; the last two families are flavours and scents."""

FAMILY_OF_MATERIAL: dict[str, int] = {
    material: family
    for family, text in enumerate(MATERIALS.values())
    for material in names_of(text)
}
"""The place of a material's family in `MATERIALS`."""

LINES: tuple[str, ...] = tuple(
    (
        "Alba Anker Arbor Aster Atlas Basalt Beacon Birch Bluff Bramble Breeze Brook Cairn "
        "Canyon Cedar Cinder Clover Cobble Comet Copse Coral Cove Crest Dapple Delta Dew Drift "
        "Dune Dusk Ember Fable Fathom Fern Fjord Flint Foxglove Frost Gable Gale Glade Glen "
        "Gorse Grove Gull Harbour Haven Hazel Heath Heron Hollow Iris Isle Ivy Jasper Juniper "
        "Kestrel Kiln Knoll Lagoon Lantern Larch Lichen Linden Loft Lumen Lupin Maple Marlin "
        "Marsh Meander Mesa Mica Mist Moss Nectar Nimbus Nook Oak Opal Orchard Osprey Otter "
        "Pebble Petal Pine Plover Pollen Prairie Quarry Quartz Rapids Reed Ridge Rill Robin "
        "Rowan Rye Sable Saffron Sedge Shale Shoal Slate Solace Sorrel Spruce Starling Summit "
        "Swift Tarn Teasel Thicket Thistle Tide Timber Topaz Tundra Umber Vale Verbena Vesper "
        "Vista Weir Willow Wren Yarrow Zephyr"
    ).split()
)

BRAND_STARTS: tuple[str, ...] = tuple(
    (
        "Ovra Tamsk Brindo Fennu Quorl Yarve Zembo Hollu Kestra Lumvi Mirro Nordu Pellu Quessa "
        "Ruska Sorvi Tulve Ulmo Vanto Wexa Ybra Dralo Elgri Frosu Gandri Hesko Ivlo Jorra Krelo "
        "Lodri"
    ).split()
)
BRAND_ENDS: tuple[str, ...] = tuple(
    (
        "lund wick quay mere skell via dell holt nara fjell vane brook stead lark moor rin vik "
        "tarn ness gard lowe croft field ven dale mark sund thal bury lin"
    ).split()
)
