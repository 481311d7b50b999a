-- Note how a run ended. run_id: the run; error: why it failed, null for success; counts: JSON.
update ops.runs
set
    finished_at = now(),
    is_success = %(error)s::text is null,
    error = %(error)s,
    counts = %(counts)s
where run_id = %(run_id)s
