-- Which functions of raw, recs and ops the two roles may execute. Nobody but its owner may who is
-- not named. alsolike_analyst gets only what answers the same
-- whatever a single shopper has done: see docs/decisions/0016.
-- Functions of another owner, such as the shop's own, are left as they are.
do $$
declare
    for_both constant text [] := array[
        'all_of', 'any_of', 'attribute_words', 'begun_words', 'category_size', 'compounding', 'few_eligible', 'firsts_of_groups',
        'fits', 'fitting_variant', 'goes_with', 'has_groups', 'is_exact_search', 'is_same_text', 'list_limit',
        'lowered_text', 'measure_statement', 'model_of', 'most_of_words', 'nearest_products',
        'nearest_thresholds', 'nearest_words', 'pair_reasons', 'popular_products', 'product_words',
        'products_with_words', 'query_words', 'search_configuration', 'search_configurations',
        'search_products', 'search_space', 'similar_products', 'similar_words', 'stems', 'suggested_products',
        'text_words', 'typed_query', 'variant_count', 'walk_statement', 'with_variants', 'without_accents',
        'words_that_end_in'
    ];
    -- Of one shopper or session, or of use to those alone; and what the shop sends.
    for_app constant text [] := array[
        'action_discounts', 'actions_before_visit', 'add_impression_months', 'buy_again', 'demo_shoppers', 'diversified',
        'diversity_level', 'erase_shopper',
        'event_permission', 'forget_actions', 'has_happened', 'is_demo_shop', 'is_of_product', 'is_readmitted',
        'left_out', 'less_wanted',
        'not_bought_again', 'popularity_ranks', 'pushed_down', 'put_products', 'readmit_shopper', 'reason_kind', 'rebuyable_products',
        'recent_actions', 'recently_viewed', 'recommend', 'recommend_with_reasons',
        'remove_products', 'scored_products', 'serving_options', 'shopper_data', 'shopper_lock', 'shopper_rows',
        'stored_actions', 'taste', 'turned_away', 'visit_length', 'with_nearest_action'
    ];
    found record;
begin
    for found in
        select p.oid::regprocedure as signature, p.proname as name, n.nspname as schema
        from pg_proc as p
        inner join pg_namespace as n on p.pronamespace = n.oid
        where
            n.nspname in ('ops', 'raw', 'recs')
            and p.prokind = 'f'
            and pg_has_role(current_user, p.proowner, 'usage')
        order by 1
    loop
        execute format(
            'revoke all on function %s from alsolike_app, alsolike_analyst',
            found.signature
        );
        if found.name = any(for_both || for_app) then
            execute format('grant execute on function %s to alsolike_app', found.signature);
        end if;
        if found.name = any(for_both) then
            execute format('grant execute on function %s to alsolike_analyst', found.signature);
        end if;
    end loop;
end;
$$;
