"""`check` warns where the encoder was not made for the letters or languages of the catalogue."""

from collections.abc import Sequence

import pytest

from alsolike.cli import run as alsolike
from alsolike.settings import Settings
from embed.coverage import check_encoder
from tests.shop.database import add_rows, run

pytestmark = pytest.mark.usefixtures("database")

ENGLISH = [
    "Stainless steel kitchen knife with wooden handle",
    "L'Oreal Paris hairspray, extra strong hold, unscented",
    "Sony WH-1000XM4 wireless headphones",
    "Café mug with a motif of the Ёlka tree",
]
OTHERS = {
    "Cyrillic": ["Кухонный нож из нержавеющей стали", "Когтеточка для кошек"],
    "Greek": ["Μαχαίρι κουζίνας από ανοξείδωτο ατσάλι"],
    "Arabic": ["سكين مطبخ من الفولاذ المقاوم للصدأ"],
    "Hebrew": ["סכין מטבח מפלדת אל חלד"],
    "Cjk": ["不锈钢厨房刀木柄洗碗机可用"],
}


def add(titles: Sequence[str], language: str | None = None) -> None:
    ((count,),) = run("select count(*) from raw.products")
    add_rows(
        "raw.products",
        (
            {"product_id": f"c{count + number}", "title": title, "language": language}
            for number, title in enumerate(titles)
        ),
    )


def texts(settings: Settings) -> list[tuple[str, str]]:
    return [(finding.level, finding.text) for finding in check_encoder(settings)]


def test_an_english_catalogue_gets_no_warning(settings: Settings) -> None:
    assert texts(settings) == []
    add(ENGLISH)
    ((level, _),) = texts(settings)
    assert level == "ok"
    # Texts in English are in English, whatever the shop calls them.
    run("update raw.products set language = 'de'")
    assert texts(settings)[0][0] == "ok"


@pytest.mark.parametrize("script", OTHERS)
def test_a_script_that_the_tokenizer_does_not_know_is_named_with_two_encoders(
    script: str, settings: Settings
) -> None:
    add([*ENGLISH, *OTHERS[script] * 3])
    ((level, text),) = texts(settings)
    assert level == "warning"
    assert f"of the letters are {script} (" in text
    assert "letters per token" in text
    assert "intfloat/multilingual-e5-small" in text
    assert "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2" in text


def test_a_language_that_the_model_card_lacks_is_named(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    add(["Küchenmesser aus Edelstahl mit Holzgriff", "Spülmaschinenfeste Schüssel"], "de-DE")
    ((level, text),) = texts(settings)
    assert level == "warning"
    assert "100% of the texts are in the language de, which its model card does not name" in text
    # A warning is no reason to fail.
    assert alsolike(["check"]) == 0
    assert text in capsys.readouterr().out


def test_texts_that_do_not_read_like_the_language_they_are_said_to_be_in_are_named(
    settings: Settings,
) -> None:
    # The shop's language is English until it is set.
    add(["Küchenmesser aus Edelstahl mit Holzgriff", "Spülmaschinenfeste Schüssel"])
    ((level, text),) = texts(settings)
    assert level == "warning"
    assert "100% of the texts count as en, but read like another language" in text
    assert "set ALSOLIKE_LANGUAGE" in text
