-- Inputs that hold no run are remembered too, with the reason.

alter table inputs add column skipped clob;
