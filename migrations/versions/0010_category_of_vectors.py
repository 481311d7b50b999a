"""The vectors of a category lie together; one index answers for the products of a brand or price.

The revision rewrites the stored vectors in that order and builds their HNSW indexes again: about
15 seconds for 100,000 products. Until then no vector can be read, and the site answers from the
lower steps of the ladder.
"""

from alsolike.revision_steps import run_alone, run_sql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the category and an index over it; write what is there in its order."""
    run_alone(
        "create index concurrently if not exists products_brand_new "
        "on raw.products (brand, product_id)",
        "create index concurrently if not exists products_price_new "
        "on raw.products (price, product_id)",
    )
    run_sql(
        """
        -- Rewriting the vectors takes as long as there are vectors.
        set local statement_timeout = '15min';
        set local maintenance_work_mem = '1GB';
        -- A parallel build keeps the graph in shared memory, of which a container has little.
        set local max_parallel_maintenance_workers = 0;
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
                    m.dimension,
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
                -- Sixteen passes through the categories: an HNSW graph that is built category by
                -- category finds less.
                order by hashtext(k.product_id) & 15, p.category, k.product_id;
                drop table kept;
                if partition.hnsw is not null then
                    -- Not concurrently: the table is locked since it got its column.
                    execute format(
                        'create index product_vectors_%s_hnsw on %s '
                        'using hnsw ((embedding::halfvec(%s)) halfvec_cosine_ops)',
                        partition.model_id, partition.name, partition.dimension
                    );
                end if;
            end loop;
        end;
        $$;

        -- Not concurrently: the table is locked since it got its column.
        create index product_vectors_category
        on recs.product_vectors (category text_pattern_ops);

        -- Last, because it locks the products until the revision ends.
        drop index raw.products_brand, raw.products_price;
        alter index raw.products_brand_new rename to products_brand;
        alter index raw.products_price_new rename to products_price;
        """
    )


def downgrade() -> None:
    """Drop the category, and the ids in the indexes."""
    run_sql(
        """
        alter table recs.product_vectors drop column category;
        drop index raw.products_brand, raw.products_price;
        create index products_brand on raw.products (brand);
        create index products_price on raw.products (price);
        """
    )
