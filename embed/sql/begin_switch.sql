-- Note that an encoder is to follow the serving one. A switch that is going on keeps its beginning;
-- one that ended, and was rolled back, begins anew.
-- encoder_id: the new encoder; previous_encoder_id: that of the serving model.
insert into recs.encoder_switches as w (encoder_id, previous_encoder_id)
values (%(encoder_id)s, %(previous_encoder_id)s)
on conflict (encoder_id) do update
    set
        previous_encoder_id = excluded.previous_encoder_id,
        started_at = now(),
        switched_at = null
    where w.switched_at is not null or w.previous_encoder_id <> excluded.previous_encoder_id
