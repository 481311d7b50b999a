"""Every column has a description, as psql shows it, and so has every table of the task queue."""

from alsolike.revision_steps import run_sql

revision = "0018"
down_revision = "0016"


def upgrade() -> None:
    """Describe the columns, and the tables of the task queue."""
    run_sql(
        """
        comment on table ops.procrastinate_jobs is
            'The task queue''s own: one row per job.';
        comment on table ops.procrastinate_events is
            'The task queue''s own: one row per change of a job.';
        comment on table ops.procrastinate_periodic_defers is
            'The task queue''s own: one row per time a periodic task was due.';
        comment on table ops.procrastinate_workers is
            'The task queue''s own: one row per worker that is at work.';

        comment on column raw.products.product_id is 'The shop''s own id.';
        comment on column raw.products.title is 'Name, as shoppers read it.';
        comment on column raw.products.description is 'Text of the product''s page.';
        comment on column raw.products.brand is 'Maker or brand.';
        comment on column raw.products.price is
            'In units of the currency, not in cents; null: not known.';
        comment on column raw.products.currency is 'ISO 4217 code of the price.';
        comment on column raw.products.image_url is 'Address of a picture.';
        comment on column raw.products.attributes is
            'JSON object of characteristics, such as colour or size; lists filter by it.';
        comment on column raw.products.is_in_stock is 'Whether lists may show it.';
        comment on column raw.products.created_at is
            'Since when the shop has it; the first load where the shop did not say.';
        comment on column raw.products.loaded_at is 'When the row was last written.';
        comment on column raw.products.search is
            'Words of the texts for full-text search, in English.';

        comment on column raw.shoppers.shopper_id is 'The shop''s own id.';
        comment on column raw.shoppers.display_name is 'Name that pages greet the shopper with.';
        comment on column raw.shoppers.created_at is 'When the shopper became known.';
        comment on column raw.shoppers.loaded_at is 'When the row was last written.';

        comment on column raw.consents.consent_id is
            'Ascending: the highest of a shopper and purpose holds.';
        comment on column raw.consents.shopper_id is 'Whose decision it is.';
        comment on column raw.consents.purpose is 'What was agreed to or not: personalisation.';
        comment on column raw.consents.is_granted is 'Whether the shopper agreed.';
        comment on column raw.consents.source is
            'Who recorded it: import:<folder>, the site, the API.';
        comment on column raw.consents.recorded_at is 'When it was recorded.';

        comment on column raw.current_consents.shopper_id is 'Whose decision it is.';
        comment on column raw.current_consents.purpose is
            'What was agreed to or not: personalisation.';
        comment on column raw.current_consents.is_granted is 'Whether the shopper agrees now.';
        comment on column raw.current_consents.source is
            'Who recorded it: import:<folder>, the site, the API.';
        comment on column raw.current_consents.recorded_at is 'When it was recorded.';

        comment on column raw.purchases.purchase_id is 'The shop''s own id of the order''s line.';
        comment on column raw.purchases.shopper_id is 'Who bought; null: a guest.';
        comment on column raw.purchases.product_id is 'What was bought.';
        comment on column raw.purchases.purchased_at is 'When it was bought.';
        comment on column raw.purchases.quantity is 'How many, at least 1.';
        comment on column raw.purchases.unit_price is
            'Price of one, in units of the currency; null: not known.';
        comment on column raw.purchases.order_id is 'Order that it belongs to; null: not known.';
        comment on column raw.purchases.loaded_at is 'When the row was written.';

        comment on column raw.views.view_id is 'The shop''s own id of the event.';
        comment on column raw.views.product_id is 'What was looked at.';
        comment on column raw.views.viewed_at is 'When it was looked at.';
        comment on column raw.views.shopper_id is 'Who looked; null: a visitor without an account.';
        comment on column raw.views.session_id is 'Visit of a visitor who agreed to be remembered.';
        comment on column raw.views.loaded_at is 'When the row was written.';

        comment on column raw.reviews.review_id is 'The shop''s own id of the review.';
        comment on column raw.reviews.shopper_id is 'Who wrote it.';
        comment on column raw.reviews.product_id is 'What it is about.';
        comment on column raw.reviews.rating is 'Stars, 1 to 5.';
        comment on column raw.reviews.reviewed_at is 'When it was written.';
        comment on column raw.reviews.title is 'Headline.';
        comment on column raw.reviews.body is 'Text.';
        comment on column raw.reviews.loaded_at is 'When the row was written.';

        comment on column raw.rejected_rows.rejected_row_id is
            'Ascending in the order of rejection.';
        comment on column raw.rejected_rows.source is 'Name of the file.';
        comment on column raw.rejected_rows.line is 'Line of the file, from 1.';
        comment on column raw.rejected_rows.reason is
            'Why it could not be used, and what was expected.';
        comment on column raw.rejected_rows.rejected_at is 'When it was rejected.';

        comment on column recs.encoders.encoder_id is 'Key of the encoder.';
        comment on column recs.encoders.name is 'Name or path of the sentence-transformers model.';
        comment on column recs.encoders.sha256 is 'Hash of its weights, hexadecimal.';
        comment on column recs.encoders.dimension is 'Length of its vectors.';
        comment on column recs.encoders.created_at is 'When it was first used.';

        comment on column recs.embeddings.encoder_id is 'Encoder that made the vector.';
        comment on column recs.embeddings.product_id is 'Product that the text belongs to.';
        comment on column recs.embeddings.part is
            'name, details, or actions (the mean of the shoppers who acted on it).';
        comment on column recs.embeddings.content_hash is
            'MD5 of the text: an equal hash is not embedded again.';
        comment on column recs.embeddings.embedding is 'Vector of unit length, half precision.';
        comment on column recs.embeddings.embedded_at is 'When the vector was written.';

        comment on column recs.models.model_id is 'Key of the model.';
        comment on column recs.models.name is 'Name that commands and requests use.';
        comment on column recs.models.kind is
            'average (the plain mean of a product''s parts) or trained.';
        comment on column recs.models.encoder_id is 'Encoder of its texts.';
        comment on column recs.models.dimension is 'Length of its vectors.';
        comment on column recs.models.created_at is 'When it was registered.';
        comment on column recs.models.purpose is
            'serve, or evaluate for the time of one evaluation.';
        comment on column recs.models.seed is
            'Of all that was drawn in training; null: nothing was.';

        comment on column recs.serving_model.is_single is 'Always true: there is one row at most.';
        comment on column recs.serving_model.model_id is 'The model that answers.';
        comment on column recs.serving_model.switched_at is 'Since when.';

        comment on column recs.product_vectors.model_id is 'Model that the vector belongs to.';
        comment on column recs.product_vectors.product_id is 'Product that the vector stands for.';
        comment on column recs.product_vectors.embedding is
            'Vector of unit length, half precision.';
        comment on column recs.product_vectors.updated_at is 'When the vector last changed.';

        comment on column recs.neighbours.model_id is 'Model that found it.';
        comment on column recs.neighbours.product_id is 'Product that was asked about.';
        comment on column recs.neighbours.rank is '1 is the nearest.';
        comment on column recs.neighbours.neighbour_id is 'Product that is near.';

        comment on column recs.product_priors.model_id is 'Trained model that it belongs to.';
        comment on column recs.product_priors.product_id is 'A popular product.';
        comment on column recs.product_priors.prior is
            'Score with every shopper, above 0; comparable with recs.neighbours.score.';

        comment on column recs.hides.shopper_id is 'Who asked.';
        comment on column recs.hides.product_id is 'What they do not want to see.';
        comment on column recs.hides.hidden_at is 'When they asked.';

        comment on column recs.evaluations.evaluation_id is 'Ascending in the order of evaluation.';
        comment on column recs.evaluations.evaluated_at is 'When it ended.';
        comment on column recs.evaluations.split is
            'How the history was cut: time or leave-one-out.';
        comment on column recs.evaluations.k is 'Length of the lists that were measured.';
        comment on column recs.evaluations.cutoff is
            'What happened before was known; null: each shopper has a moment of their own.';
        comment on column recs.evaluations.shopper_count is 'Shoppers who were tested.';
        comment on column recs.evaluations.parameters is
            'What it can be run again with, shoppers by slice, and seconds taken.';
        comment on column recs.evaluations.data_fingerprint is
            'sha256 of the history: equal data has an equal one.';

        comment on column recs.evaluation_metrics.evaluation_id is 'Evaluation that it belongs to.';
        comment on column recs.evaluation_metrics.model is 'Name of the model that was measured.';
        comment on column recs.evaluation_metrics.slice is
            'Held-out products that count: all, warm (acted on before) or cold.';
        comment on column recs.evaluation_metrics.metric is
            'Name of the metric, as docs/evaluation.md explains it.';
        comment on column recs.evaluation_metrics.value is
            'Mean over shoppers, or of the lists as a whole; null: nothing to measure.';
        comment on column recs.evaluation_metrics.low is 'Lower end of the interval.';
        comment on column recs.evaluation_metrics.high is 'Upper end of the interval.';

        comment on column recs.evaluation_differences.evaluation_id is
            'Evaluation that it belongs to.';
        comment on column recs.evaluation_differences.model is 'Name of a model.';
        comment on column recs.evaluation_differences.against is
            'Name of the model that it is compared with.';
        comment on column recs.evaluation_differences.metric is 'Name of the metric.';
        comment on column recs.evaluation_differences.difference is
            'Mean of the model less that of the other.';
        comment on column recs.evaluation_differences.low is
            'Lower end of the interval; above 0: the model leads.';
        comment on column recs.evaluation_differences.high is
            'Upper end of the interval; below 0: the model trails.';

        comment on column recs.promotions.promotion_id is 'Ascending in the order of decision.';
        comment on column recs.promotions.promoted_at is 'When it was decided.';
        comment on column recs.promotions.promoted_by is 'Database user who decided.';
        comment on column recs.promotions.kind is 'promote, force, rollback, or refuse.';
        comment on column recs.promotions.model_id is 'Model in question; null: dropped since.';
        comment on column recs.promotions.model is 'Its name then.';
        comment on column recs.promotions.previous_model_id is
            'Model that served before; null: none, or dropped since.';
        comment on column recs.promotions.previous_model is 'Its name then.';
        comment on column recs.promotions.checks is
            'What the gate looked at: name, both figures, what was wanted, whether it held.';

        comment on column recs.query_encoders.encoder_id is 'Encoder that it is a light copy of.';
        comment on column recs.query_encoders.recipe is 'How the copy is made.';
        comment on column recs.query_encoders.fingerprint is
            'Identifies its files; null: there is no copy.';
        comment on column recs.query_encoders.prefix is 'Text that stands before every query.';
        comment on column recs.query_encoders.agreement is
            'Mean cosine of its vectors with those of the encoder, -1 to 1.';
        comment on column recs.query_encoders.least_similarity is
            'Cosine that noise reaches against the catalogue, -1 to 1.';
        comment on column recs.query_encoders.failure is
            'Why there is no copy; null: there is one.';
        comment on column recs.query_encoders.made_at is 'When it was made or tried.';

        comment on column recs.query_encoder_files.encoder_id is 'Encoder that the copy is of.';
        comment on column recs.query_encoder_files.name is 'Name of the file.';
        comment on column recs.query_encoder_files.position is
            'Place of the piece in the file, from 0.';
        comment on column recs.query_encoder_files.content is 'Bytes of the piece.';

        comment on column ops.locks.name is 'Name of the work.';

        comment on column ops.runs.run_id is 'Ascending in the order of start.';
        comment on column ops.runs.backend_pid is
            'Process of the database session that the command holds as long as it lives.';
        comment on column ops.runs.backend_started_at is
            'When that session began; a pid is used again.';
        comment on column ops.runs.command is 'Command, or worker for one of its tasks.';
        comment on column ops.runs.arguments is 'Options that it was given.';
        comment on column ops.runs.started_at is 'When it began.';
        comment on column ops.runs.finished_at is 'When it ended; null: it runs.';
        comment on column ops.runs.is_success is 'Whether it did what it was asked; null: it runs.';
        comment on column ops.runs.counts is 'What it did, in numbers.';
        comment on column ops.runs.error is 'Why it failed; null: it did not.';

        comment on column ops.embedding_failures.encoder_id is 'Encoder that failed.';
        comment on column ops.embedding_failures.product_id is 'Product that the text belongs to.';
        comment on column ops.embedding_failures.part is
            'Part of the product: name, details or actions.';
        comment on column ops.embedding_failures.content_hash is 'MD5 of the text.';
        comment on column ops.embedding_failures.reason is 'What the encoder said.';
        comment on column ops.embedding_failures.attempts is 'Tries so far.';
        comment on column ops.embedding_failures.failed_at is 'When it failed last.';
        comment on column ops.embedding_failures.retry_at is 'When it is tried again.';

        comment on column ops.snapshots.snapshot_id is 'Name of its folder; ascending by time.';
        comment on column ops.snapshots.model_id is
            'Model that made the lists; null: dropped since.';
        comment on column ops.snapshots.location is 'Address of the folder.';
        comment on column ops.snapshots.row_count is 'Rows of all its files.';
        comment on column ops.snapshots.manifest is
            'Its manifest.json: files with size and sha256, columns, counts.';
        comment on column ops.snapshots.created_at is 'When it was whole.';
        """
    )


def downgrade() -> None:
    """Leave the descriptions: they say nothing that was not true before."""
