"""The words of the catalogue, for searches that spell them otherwise or name a part of them."""

from alsolike.revision_steps import run_sql

revision = "0030"
down_revision = "0029"
# `alsolike transform` writes the same rows again.
deletes = {
    f"recs.search_{table}": "false" for table in ("words", "endings", "misspellings", "limits")
}


def upgrade() -> None:
    """Create the tables; `alsolike transform` fills them."""
    run_sql(
        """
        create table recs.search_words (
            word text collate "C" primary key,
            stems text [] not null check (stems <> '{}'),
            product_count integer not null check (product_count > 0)
        );
        comment on table recs.search_words is
            'One row per word of titles, brands and categories.';
        comment on column recs.search_words.word is 'In lower case, without accents.';
        comment on column recs.search_words.stems is
            'What raw.products.search has of it: its stem in each language of the catalogue.';
        comment on column recs.search_words.product_count is 'Products that have it.';

        create table recs.search_endings (
            stem text collate "C" not null,
            word text collate "C" not null references recs.search_words on delete cascade,
            primary key (stem, word)
        );
        create index search_endings_word on recs.search_endings (word);
        comment on table recs.search_endings is
            'One row per word and stem of what it ends in, itself included: compounds are found by '
            'the word that they end in.';
        comment on column recs.search_endings.stem is 'In lower case, without accents.';
        comment on column recs.search_endings.word is 'The word that ends so.';

        create table recs.search_misspellings (
            letters text collate "C" not null,
            word text collate "C" not null references recs.search_words on delete cascade,
            place smallint not null check (place >= 0),
            primary key (letters, word)
        );
        create index search_misspellings_word on recs.search_misspellings (word);
        comment on table recs.search_misspellings is
            'One row per word and letter left out of it, and one for the word itself. Two words '
            'that differ by one letter, or by two neighbours that change places, have letters in '
            'common.';
        comment on column recs.search_misspellings.letters is 'What is left of the word.';
        comment on column recs.search_misspellings.word is 'The word.';
        comment on column recs.search_misspellings.place is
            'Which letter is left out, from 1; 0: none.';

        create table recs.search_limits (
            is_single boolean primary key default true check (is_single),
            least_letters integer not null check (least_letters > 0),
            configurations text [] not null,
            product_count bigint not null,
            loaded_at timestamptz
        );
        comment on table recs.search_limits is
            'One row at most: what the words of the catalogue allow, and what they were read from.';
        comment on column recs.search_limits.is_single is 'Always true: there is one row at most.';
        comment on column recs.search_limits.least_letters is
            'Letters that a word needs to be taken for a misspelled one: random letters of the '
            'catalogue that are fewer resemble its words by chance.';
        comment on column recs.search_limits.configurations is
            'Text search configurations of the catalogue''s languages.';
        comment on column recs.search_limits.product_count is 'Products that were read.';
        comment on column recs.search_limits.loaded_at is 'When the latest of them was written.';

        -- A default that is constant rewrites no row.
        alter table recs.query_encoders
            add column least_letters real not null default 0 check (least_letters >= 0);
        comment on column recs.query_encoders.least_letters is
            'Letters per piece of the tokenizer that a query needs to be encoded: random letters '
            'of the catalogue, and alphabets that the encoder does not know, have fewer.';

        grant select on
            recs.search_words, recs.search_endings, recs.search_misspellings, recs.search_limits
            to alsolike_app, alsolike_analyst;
        """
    )


def downgrade() -> None:
    """Drop the tables."""
    run_sql(
        """
        alter table recs.query_encoders drop column least_letters;
        drop table recs.search_limits, recs.search_misspellings, recs.search_endings,
            recs.search_words;
        """
    )
