"""The vectors of a category lie together; the products of a brand or price come off an index alone.

Vectors that are there are written anew in that order, and their HNSW indexes are built again: about
a quarter of a minute for 100,000 products. Until that is done no vector can be read; the app
answers from the steps below.
"""

from alsolike.migrate import run_sql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the category and an index over it; write what is there in its order."""
    run_sql(
        """
        set local lock_timeout = '5s';
        alter table recs.product_vectors add column category text;
        comment on column recs.product_vectors.category is
            'The product''s category when the vector was last looked after: where to look for the '
            'vectors of a category. Whether a product is shown is decided by raw.products alone.';

        do $$
        declare
            partition record;
        begin
            for partition in
                select m.model_id, format('recs.product_vectors_%s', m.model_id) as name,
                    to_regclass(format('recs.product_vectors_%s_hnsw', m.model_id)) as hnsw
                from recs.models as m
            loop
                execute format('create temporary table kept on commit drop as table %s',
                    partition.name);
                if partition.hnsw is not null then
                    execute format('drop index %s', partition.hnsw);
                end if;
                execute format('truncate %s', partition.name);
                insert into recs.product_vectors
                    (model_id, product_id, embedding, updated_at, category)
                select k.model_id, k.product_id, k.embedding, k.updated_at, p.category
                from kept as k
                inner join raw.products as p using (product_id)
                -- As alsolike/sql/write_product_vectors.sql does, which says why.
                order by hashtext(k.product_id) & 15, p.category, k.product_id;
                drop table kept;
                if partition.hnsw is not null then
                    perform recs.build_vector_index(partition.model_id);
                end if;
            end loop;
        end;
        $$;

        create index product_vectors_category
        on recs.product_vectors (category text_pattern_ops);

        drop index raw.products_brand, raw.products_price;
        create index products_brand on raw.products (brand, product_id);
        create index products_price on raw.products (price, product_id);
        """
    )


def downgrade() -> None:
    """Drop the category, and the ids in the indexes."""
    run_sql(
        """
        set local lock_timeout = '5s';
        alter table recs.product_vectors drop column category;
        drop index raw.products_brand, raw.products_price;
        create index products_brand on raw.products (brand);
        create index products_price on raw.products (price);
        """
    )
