-- Let nobody else add a model until the transaction ends; another training waits here. A role that
-- may only read the table can neither take this lock nor delay it. No parameters.
lock table recs.models in share row exclusive mode
