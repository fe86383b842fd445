-- Printed from queue_server/tables.py by: python -m queue_server schema --write

CREATE TABLE office (
	id BIGSERIAL NOT NULL,
	key TEXT NOT NULL,
	config_version BIGINT DEFAULT 0 NOT NULL,
	head_seq BIGINT DEFAULT 0 NOT NULL,
	head_hash TEXT DEFAULT '' NOT NULL,
	segment BIGINT DEFAULT 1 NOT NULL,
	door_code TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (key)
);

CREATE TABLE boot (
	id BIGSERIAL NOT NULL,
	boot TEXT NOT NULL,
	offset_ms BIGINT DEFAULT 0 NOT NULL,
	first_at BIGINT DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (boot)
);

CREATE TABLE command (
	actor TEXT DEFAULT '' NOT NULL,
	key TEXT DEFAULT '' NOT NULL,
	digest TEXT DEFAULT '' NOT NULL,
	answer TEXT DEFAULT '' NOT NULL,
	expires_at BIGINT DEFAULT 0 NOT NULL,
	UNIQUE (actor, key)
);

CREATE INDEX ix_command_expires_at ON command (expires_at);

CREATE TABLE office_version (
	office_id BIGINT NOT NULL,
	version BIGINT DEFAULT 0 NOT NULL,
	body TEXT DEFAULT '' NOT NULL,
	at BIGINT DEFAULT 0 NOT NULL,
	seq BIGINT DEFAULT 0 NOT NULL,
	UNIQUE (office_id, version),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE standard (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	version BIGINT DEFAULT 0 NOT NULL,
	valid_from TEXT DEFAULT '' NOT NULL,
	body TEXT DEFAULT '' NOT NULL,
	seq BIGINT DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, service, version),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE person (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	shown_name TEXT DEFAULT '' NOT NULL,
	role TEXT DEFAULT '' NOT NULL,
	password TEXT DEFAULT '' NOT NULL,
	active BIGINT DEFAULT 1 NOT NULL,
	created_at BIGINT DEFAULT 0 NOT NULL,
	totp_secret TEXT DEFAULT '' NOT NULL,
	totp_step BIGINT DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, name),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE device (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	board TEXT DEFAULT '' NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	token_hash TEXT NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	created_at BIGINT DEFAULT 0 NOT NULL,
	paired_at BIGINT,
	seen_at BIGINT DEFAULT 0 NOT NULL,
	sound TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id),
	UNIQUE (token_hash)
);

CREATE TABLE office_day (
	office_id BIGINT NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	opened_at BIGINT DEFAULT 0 NOT NULL,
	closed_at BIGINT,
	closed_how TEXT DEFAULT '' NOT NULL,
	UNIQUE (office_id, day),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE series (
	office_id BIGINT NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	high BIGINT DEFAULT 0 NOT NULL,
	UNIQUE (office_id, service, day),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE service_pause (
	office_id BIGINT NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	since_at BIGINT DEFAULT 0 NOT NULL,
	UNIQUE (office_id, service),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE ticket (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	prefix TEXT DEFAULT '' NOT NULL,
	number BIGINT DEFAULT 0 NOT NULL,
	channel TEXT DEFAULT '' NOT NULL,
	priority BIGINT DEFAULT 0 NOT NULL,
	language TEXT DEFAULT 'id' NOT NULL,
	secret TEXT NOT NULL,
	place TEXT DEFAULT '' NOT NULL,
	holder TEXT DEFAULT '' NOT NULL,
	issuer TEXT DEFAULT '' NOT NULL,
	issued_at BIGINT DEFAULT 0 NOT NULL,
	issued_tick BIGINT DEFAULT 0 NOT NULL,
	paper TEXT DEFAULT '' NOT NULL,
	paper_at BIGINT DEFAULT 0 NOT NULL,
	coming BIGINT DEFAULT 0 NOT NULL,
	party BIGINT DEFAULT 1 NOT NULL,
	case_code TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, service, day, number),
	FOREIGN KEY(office_id) REFERENCES office (id),
	UNIQUE (secret)
);

CREATE INDEX ticket_by_holder ON ticket (office_id, day, holder) WHERE holder <> '';

CREATE TABLE board_ack (
	office_id BIGINT NOT NULL,
	call_seq BIGINT DEFAULT 0 NOT NULL,
	device_id BIGINT DEFAULT 0 NOT NULL,
	drawn_at BIGINT,
	spoken_at BIGINT,
	UNIQUE (office_id, call_seq, device_id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE voice_lease (
	office_id BIGINT NOT NULL,
	hall TEXT DEFAULT '' NOT NULL,
	device_id BIGINT DEFAULT 0 NOT NULL,
	until_at BIGINT DEFAULT 0 NOT NULL,
	UNIQUE (office_id, hall),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE event (
	office_id BIGINT NOT NULL,
	seq BIGINT DEFAULT 0 NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	version BIGINT DEFAULT 1 NOT NULL,
	body TEXT DEFAULT '' NOT NULL,
	at BIGINT DEFAULT 0 NOT NULL,
	boot_id TEXT DEFAULT '' NOT NULL,
	boot_ns BIGINT DEFAULT 0 NOT NULL,
	actor TEXT DEFAULT '' NOT NULL,
	step_id BIGINT,
	previous_hash TEXT DEFAULT '' NOT NULL,
	hash TEXT DEFAULT '' NOT NULL,
	UNIQUE (office_id, seq),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX event_of_note ON event (office_id, step_id, seq) WHERE kind IN ('reopened', 'no_show', 'undone');

CREATE INDEX event_of_step ON event (step_id);

CREATE FUNCTION event_is_append_only() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'event is append-only'; END $$ LANGUAGE plpgsql;

CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION event_is_append_only();

CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION event_is_append_only();

CREATE TABLE seal (
	office_id BIGINT NOT NULL,
	seq BIGINT DEFAULT 0 NOT NULL,
	hash TEXT DEFAULT '' NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	at BIGINT DEFAULT 0 NOT NULL,
	tick BIGINT DEFAULT 0 NOT NULL,
	boot BIGINT DEFAULT 0 NOT NULL,
	UNIQUE (office_id, seq),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE refusal (
	office_id BIGINT NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	channel TEXT DEFAULT '' NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	n BIGINT DEFAULT 0 NOT NULL,
	counted BIGINT DEFAULT 0 NOT NULL,
	UNIQUE (office_id, day, service, channel, code),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE private (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	ticket_id BIGINT DEFAULT 0 NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	value TEXT DEFAULT '' NOT NULL,
	secret_key TEXT DEFAULT '' NOT NULL,
	erase_at BIGINT DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX ix_private_erase_at ON private (erase_at);

CREATE TABLE complaint (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	number BIGINT DEFAULT 0 NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	made_at BIGINT DEFAULT 0 NOT NULL,
	category TEXT DEFAULT '' NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	restricted BIGINT DEFAULT 0 NOT NULL,
	about_lead BIGINT DEFAULT 0 NOT NULL,
	ticket_id BIGINT DEFAULT 0 NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	due TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	tracking TEXT DEFAULT '' NOT NULL,
	language TEXT DEFAULT '' NOT NULL,
	made_seq BIGINT DEFAULT 0 NOT NULL,
	body TEXT DEFAULT '' NOT NULL,
	contact TEXT DEFAULT '' NOT NULL,
	secret_key TEXT DEFAULT '' NOT NULL,
	readers TEXT DEFAULT '' NOT NULL,
	answer TEXT DEFAULT '' NOT NULL,
	answered_at BIGINT,
	answered_day TEXT DEFAULT '' NOT NULL,
	answered_by BIGINT,
	handed_to TEXT DEFAULT '' NOT NULL,
	reference TEXT DEFAULT '' NOT NULL,
	handed_at BIGINT,
	handed_day TEXT DEFAULT '' NOT NULL,
	outcome TEXT DEFAULT '' NOT NULL,
	closed_at BIGINT,
	erase_at BIGINT,
	PRIMARY KEY (id),
	UNIQUE (office_id, number),
	UNIQUE (tracking),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX complaint_of_ticket ON complaint (ticket_id);

CREATE INDEX complaint_open ON complaint (office_id, due) WHERE state <> 'closed';

CREATE TABLE inmate (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	register TEXT DEFAULT '' NOT NULL,
	status TEXT DEFAULT '' NOT NULL,
	block TEXT DEFAULT '' NOT NULL,
	days TEXT DEFAULT '' NOT NULL,
	may_visit BIGINT DEFAULT 0 NOT NULL,
	hidden BIGINT DEFAULT 0 NOT NULL,
	imported_at BIGINT DEFAULT 0 NOT NULL,
	gone BIGINT DEFAULT 0 NOT NULL,
	remission TEXT DEFAULT '' NOT NULL,
	release_day TEXT DEFAULT '' NOT NULL,
	programme TEXT DEFAULT '' NOT NULL,
	erase_at BIGINT DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, register),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE family (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	number BIGINT DEFAULT 0 NOT NULL,
	inmate_id BIGINT DEFAULT 0 NOT NULL,
	relation TEXT DEFAULT '' NOT NULL,
	holder_name TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	code_digest TEXT DEFAULT '' NOT NULL,
	proof TEXT DEFAULT '' NOT NULL,
	made_at BIGINT DEFAULT 0 NOT NULL,
	made_by BIGINT DEFAULT 0 NOT NULL,
	until_at BIGINT DEFAULT 0 NOT NULL,
	ended_at BIGINT,
	reason TEXT DEFAULT '' NOT NULL,
	erase_at BIGINT DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, number),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX family_of_inmate ON family (office_id, inmate_id);

CREATE UNIQUE INDEX one_family_per_code ON family (office_id, code_digest) WHERE code_digest <> '';

CREATE TABLE family_look (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	family_id BIGINT DEFAULT 0 NOT NULL,
	at BIGINT DEFAULT 0 NOT NULL,
	way TEXT DEFAULT '' NOT NULL,
	place TEXT DEFAULT '' NOT NULL,
	outcome TEXT DEFAULT '' NOT NULL,
	erase_at BIGINT DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX family_look_of ON family_look (family_id, at);

CREATE TABLE reservation (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	number BIGINT DEFAULT 0 NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	session TEXT DEFAULT '' NOT NULL,
	pool TEXT DEFAULT '' NOT NULL,
	place BIGINT DEFAULT 0 NOT NULL,
	priority BIGINT DEFAULT 0 NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	version BIGINT DEFAULT 0 NOT NULL,
	secret TEXT NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	language TEXT DEFAULT 'id' NOT NULL,
	starts_at BIGINT DEFAULT 0 NOT NULL,
	ends_at BIGINT DEFAULT 0 NOT NULL,
	expires_at BIGINT DEFAULT 0 NOT NULL,
	men BIGINT DEFAULT 0 NOT NULL,
	women BIGINT DEFAULT 0 NOT NULL,
	children BIGINT DEFAULT 0 NOT NULL,
	people BIGINT DEFAULT 1 NOT NULL,
	permit BIGINT DEFAULT 0 NOT NULL,
	person TEXT DEFAULT '' NOT NULL,
	identity_end TEXT DEFAULT '' NOT NULL,
	holder_name TEXT DEFAULT '' NOT NULL,
	device TEXT DEFAULT '' NOT NULL,
	inmate_id BIGINT DEFAULT 0 NOT NULL,
	secret_key TEXT DEFAULT '' NOT NULL,
	made_at BIGINT DEFAULT 0 NOT NULL,
	changed_at BIGINT,
	ended_at BIGINT,
	ended_by TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	ticket_id BIGINT DEFAULT 0 NOT NULL,
	erase_at BIGINT DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, number),
	UNIQUE (office_id, code),
	FOREIGN KEY(office_id) REFERENCES office (id),
	UNIQUE (secret)
);

CREATE INDEX ix_reservation_erase_at ON reservation (erase_at);

CREATE INDEX reservation_due ON reservation (expires_at) WHERE state = 'booked';

CREATE INDEX reservation_of_day ON reservation (office_id, day, service);

CREATE INDEX reservation_of_ticket ON reservation (ticket_id);

CREATE UNIQUE INDEX one_holder_of_a_place ON reservation (office_id, service, day, session, pool, place) WHERE state IN ('booked', 'checked_in');

CREATE UNIQUE INDEX one_reservation_of_a_person ON reservation (office_id, service, person) WHERE state = 'booked' AND person <> '';

CREATE TABLE forecast_state (
	office_id BIGINT NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	body TEXT DEFAULT '' NOT NULL,
	UNIQUE (office_id, day),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE alert (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	raised_at BIGINT DEFAULT 0 NOT NULL,
	ended_at BIGINT,
	facts TEXT DEFAULT '' NOT NULL,
	sent TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX alert_of_day ON alert (office_id, day, service);

CREATE TABLE webhook (
	office_id BIGINT NOT NULL,
	url TEXT DEFAULT '' NOT NULL,
	secret TEXT DEFAULT '' NOT NULL,
	set_at BIGINT DEFAULT 0 NOT NULL,
	told_at BIGINT,
	told TEXT DEFAULT '' NOT NULL,
	UNIQUE (office_id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE counter_today (
	office_id BIGINT NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	counter TEXT DEFAULT '' NOT NULL,
	services TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	since_at BIGINT DEFAULT 0 NOT NULL,
	UNIQUE (office_id, day, counter),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE batch (
	office_id BIGINT NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	room TEXT DEFAULT '' NOT NULL,
	number BIGINT DEFAULT 0 NOT NULL,
	at BIGINT DEFAULT 0 NOT NULL,
	called TEXT DEFAULT '' NOT NULL,
	passed TEXT DEFAULT '' NOT NULL,
	UNIQUE (office_id, day, room, number),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE contact (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	ticket_id BIGINT DEFAULT 0 NOT NULL,
	reservation_id BIGINT DEFAULT 0 NOT NULL,
	channel TEXT DEFAULT '' NOT NULL,
	sealed TEXT DEFAULT '' NOT NULL,
	mark TEXT DEFAULT '' NOT NULL,
	language TEXT DEFAULT 'id' NOT NULL,
	awaits TEXT DEFAULT '' NOT NULL,
	made_at BIGINT DEFAULT 0 NOT NULL,
	erase_at BIGINT DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX contact_in_line ON contact (office_id, awaits) WHERE awaits <> '';

CREATE INDEX contact_of_mark ON contact (office_id, mark);

CREATE INDEX contact_of_reservation ON contact (reservation_id);

CREATE INDEX contact_of_ticket ON contact (ticket_id);

CREATE INDEX ix_contact_erase_at ON contact (erase_at);

CREATE TABLE message (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	contact_id BIGINT DEFAULT 0 NOT NULL,
	ticket_id BIGINT DEFAULT 0 NOT NULL,
	reservation_id BIGINT DEFAULT 0 NOT NULL,
	step_id BIGINT DEFAULT 0 NOT NULL,
	channel TEXT DEFAULT '' NOT NULL,
	occasion TEXT DEFAULT '' NOT NULL,
	nth BIGINT DEFAULT 0 NOT NULL,
	facts TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT 'waiting' NOT NULL,
	due_at BIGINT DEFAULT 0 NOT NULL,
	until_at BIGINT DEFAULT 0 NOT NULL,
	tries BIGINT DEFAULT 0 NOT NULL,
	outcome TEXT DEFAULT '' NOT NULL,
	made_at BIGINT DEFAULT 0 NOT NULL,
	ended_at BIGINT,
	erase_at BIGINT DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, ticket_id, reservation_id, occasion, nth, channel),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX ix_message_erase_at ON message (erase_at);

CREATE INDEX message_due ON message (due_at) WHERE state IN ('waiting', 'sending');

CREATE INDEX message_of_contact ON message (contact_id);

CREATE TABLE need (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	ticket_id BIGINT DEFAULT 0 NOT NULL,
	reservation_id BIGINT DEFAULT 0 NOT NULL,
	stated TEXT DEFAULT '' NOT NULL,
	to_fetch BIGINT DEFAULT 0 NOT NULL,
	place TEXT DEFAULT '' NOT NULL,
	secret_key TEXT DEFAULT '' NOT NULL,
	erase_at BIGINT DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX need_of_office ON need (office_id, erase_at);

CREATE INDEX need_of_reservation ON need (reservation_id) WHERE ticket_id = 0;

CREATE INDEX need_of_ticket ON need (ticket_id);

CREATE TABLE case_file (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	number BIGINT DEFAULT 0 NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	ticket_id BIGINT DEFAULT 0 NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	opened_at BIGINT DEFAULT 0 NOT NULL,
	days BIGINT DEFAULT 0 NOT NULL,
	due TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	ready_at BIGINT,
	ready_day TEXT DEFAULT '' NOT NULL,
	over_at BIGINT,
	over_day TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	collect_ticket_id BIGINT DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, number),
	UNIQUE (office_id, code),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX case_collected_with ON case_file (collect_ticket_id);

CREATE INDEX case_due ON case_file (office_id, due, service);

CREATE INDEX case_of_ticket ON case_file (ticket_id);

CREATE INDEX case_open ON case_file (office_id, due) WHERE state IN ('in_work', 'ready');

CREATE TABLE job (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	asked TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT 'waiting' NOT NULL,
	done BIGINT DEFAULT 0 NOT NULL,
	total BIGINT DEFAULT 0 NOT NULL,
	file TEXT DEFAULT '' NOT NULL,
	problem TEXT DEFAULT '' NOT NULL,
	person_id BIGINT DEFAULT 0 NOT NULL,
	created_at BIGINT DEFAULT 0 NOT NULL,
	ended_at BIGINT,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE tally (
	office_id BIGINT NOT NULL,
	span TEXT DEFAULT '' NOT NULL,
	start TEXT DEFAULT '' NOT NULL,
	weekday BIGINT DEFAULT 0 NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	part TEXT DEFAULT '' NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	numbers BIGINT DEFAULT 0 NOT NULL,
	steps BIGINT DEFAULT 0 NOT NULL,
	counts TEXT DEFAULT '' NOT NULL,
	waits BYTEA NOT NULL,
	services BYTEA NOT NULL,
	waits_flagged BYTEA NOT NULL,
	services_flagged BYTEA NOT NULL,
	UNIQUE (office_id, span, part, start, service, name),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE tally_book (
	office_id BIGINT NOT NULL,
	seq BIGINT DEFAULT 0 NOT NULL,
	rules TEXT DEFAULT '' NOT NULL,
	left_out TEXT DEFAULT '' NOT NULL,
	UNIQUE (office_id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE session (
	token_hash TEXT NOT NULL,
	person_id BIGINT NOT NULL,
	office_id BIGINT NOT NULL,
	created_at BIGINT DEFAULT 0 NOT NULL,
	expires_tick BIGINT DEFAULT 0 NOT NULL,
	used_tick BIGINT DEFAULT 0 NOT NULL,
	PRIMARY KEY (token_hash),
	FOREIGN KEY(person_id) REFERENCES person (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE passkey (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	credential TEXT DEFAULT '' NOT NULL,
	public_key TEXT DEFAULT '' NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	uses BIGINT DEFAULT 0 NOT NULL,
	asked_at BIGINT DEFAULT 0 NOT NULL,
	added_at BIGINT DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (credential),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX passkey_person ON passkey (person_id);

CREATE TABLE seat (
	office_id BIGINT NOT NULL,
	counter TEXT DEFAULT '' NOT NULL,
	person_id BIGINT,
	state TEXT DEFAULT 'closed' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	since_at BIGINT DEFAULT 0 NOT NULL,
	version BIGINT DEFAULT 0 NOT NULL,
	changed_tick BIGINT DEFAULT 0 NOT NULL,
	UNIQUE (office_id, counter),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE UNIQUE INDEX one_seat_per_person ON seat (person_id);

CREATE TABLE step (
	id BIGSERIAL NOT NULL,
	ticket_id BIGINT NOT NULL,
	office_id BIGINT NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	version BIGINT DEFAULT 0 NOT NULL,
	priority BIGINT DEFAULT 0 NOT NULL,
	queued_at BIGINT DEFAULT 0 NOT NULL,
	queued_tick BIGINT DEFAULT 0 NOT NULL,
	returned_seq BIGINT DEFAULT 0 NOT NULL,
	return_after BIGINT DEFAULT 0 NOT NULL,
	passed_seq BIGINT DEFAULT 0 NOT NULL,
	arrived_at BIGINT,
	remote_ms BIGINT DEFAULT 0 NOT NULL,
	counter TEXT DEFAULT '' NOT NULL,
	person_id BIGINT,
	since_tick BIGINT DEFAULT 0 NOT NULL,
	boot BIGINT DEFAULT 0 NOT NULL,
	clock_doubt BIGINT DEFAULT 0 NOT NULL,
	called_at BIGINT,
	started_at BIGINT,
	ended_at BIGINT,
	first_called_at BIGINT,
	calls BIGINT DEFAULT 0 NOT NULL,
	automatic BIGINT DEFAULT 0 NOT NULL,
	why TEXT DEFAULT '' NOT NULL,
	outcome TEXT DEFAULT '' NOT NULL,
	park_clock TEXT DEFAULT '' NOT NULL,
	park_reason TEXT DEFAULT '' NOT NULL,
	waited_ms BIGINT DEFAULT 0 NOT NULL,
	walked_ms BIGINT DEFAULT 0 NOT NULL,
	served_ms BIGINT DEFAULT 0 NOT NULL,
	parked_office_ms BIGINT DEFAULT 0 NOT NULL,
	parked_visitor_ms BIGINT DEFAULT 0 NOT NULL,
	standard_id BIGINT DEFAULT 0 NOT NULL,
	last_seq BIGINT DEFAULT 0 NOT NULL,
	before TEXT DEFAULT '' NOT NULL,
	waited_off_ms BIGINT DEFAULT 0 NOT NULL,
	parked_off_ms BIGINT DEFAULT 0 NOT NULL,
	foretold_low BIGINT,
	foretold_high BIGINT,
	first_waited_ms BIGINT,
	PRIMARY KEY (id),
	FOREIGN KEY(ticket_id) REFERENCES ticket (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX ix_step_ticket_id ON step (ticket_id);

CREATE INDEX step_by_day ON step (office_id, day, service, id);

CREATE INDEX step_missed ON step (office_id, day, ended_at) WHERE state = 'no_show';

CREATE INDEX step_next ON step (office_id, day, service, priority, queued_tick, id) WHERE state = 'waiting' AND arrived_at IS NOT NULL AND returned_seq = 0;

CREATE INDEX step_open ON step (office_id, day, state, service, queued_tick, queued_at) WHERE state IN ('issuing', 'waiting', 'called', 'serving', 'parked');

CREATE INDEX step_remote ON step (office_id, day, service, arrived_at, queued_tick) WHERE state = 'waiting' AND arrived_at IS NULL;

CREATE INDEX step_returning ON step (office_id, day, service, returned_seq) WHERE state = 'waiting' AND returned_seq > 0;

CREATE UNIQUE INDEX one_visitor_per_counter ON step (office_id, counter) WHERE state IN ('called', 'serving');

CREATE UNIQUE INDEX one_visitor_per_officer ON step (office_id, person_id) WHERE state IN ('called', 'serving');

CREATE TABLE told (
	office_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	counter TEXT DEFAULT '' NOT NULL,
	label TEXT DEFAULT '' NOT NULL,
	by_person BIGINT DEFAULT 0 NOT NULL,
	at BIGINT DEFAULT 0 NOT NULL,
	UNIQUE (office_id, person_id),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE family_passkey (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	family_id BIGINT NOT NULL,
	credential TEXT DEFAULT '' NOT NULL,
	public_key TEXT DEFAULT '' NOT NULL,
	uses BIGINT DEFAULT 0 NOT NULL,
	asked_at BIGINT DEFAULT 0 NOT NULL,
	added_at BIGINT DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (credential),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(family_id) REFERENCES family (id)
);

CREATE INDEX family_passkey_of ON family_passkey (family_id);

CREATE TABLE readiness (
	office_id BIGINT NOT NULL,
	ticket_id BIGINT NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	asked_at BIGINT DEFAULT 0 NOT NULL,
	asked_tick BIGINT DEFAULT 0 NOT NULL,
	visitor_at BIGINT,
	visitor_tick BIGINT,
	other_at BIGINT,
	other_tick BIGINT,
	UNIQUE (ticket_id, service),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(ticket_id) REFERENCES ticket (id)
);

CREATE TABLE call (
	office_id BIGINT NOT NULL,
	seq BIGINT DEFAULT 0 NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	hall TEXT DEFAULT '' NOT NULL,
	counter TEXT DEFAULT '' NOT NULL,
	step_id BIGINT NOT NULL,
	nth BIGINT DEFAULT 1 NOT NULL,
	at BIGINT DEFAULT 0 NOT NULL,
	priority BIGINT DEFAULT 0 NOT NULL,
	in_mix BIGINT DEFAULT 0 NOT NULL,
	advances BIGINT DEFAULT 0 NOT NULL,
	state TEXT DEFAULT 'calling' NOT NULL,
	undone BIGINT DEFAULT 0 NOT NULL,
	over_at BIGINT,
	summed BIGINT DEFAULT 0 NOT NULL,
	UNIQUE (office_id, seq),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(step_id) REFERENCES step (id)
);

CREATE INDEX call_held ON call (office_id, step_id) WHERE state = 'held';

CREATE INDEX call_of_hall ON call (office_id, hall, seq);

CREATE INDEX call_of_service ON call (office_id, day, service, seq) WHERE nth = 1 AND undone = 0;

CREATE INDEX call_of_step ON call (step_id);

CREATE INDEX call_unsummed ON call (office_id, seq) WHERE summed = 0;

CREATE TABLE sitting (
	id BIGSERIAL NOT NULL,
	office_id BIGINT NOT NULL,
	step_id BIGINT NOT NULL,
	room TEXT DEFAULT '' NOT NULL,
	unit TEXT DEFAULT '' NOT NULL,
	minutes BIGINT DEFAULT 0 NOT NULL,
	extended_min BIGINT DEFAULT 0 NOT NULL,
	began_at BIGINT DEFAULT 0 NOT NULL,
	began_tick BIGINT DEFAULT 0 NOT NULL,
	warned BIGINT DEFAULT 0 NOT NULL,
	"over" BIGINT DEFAULT 0 NOT NULL,
	ended_at BIGINT,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(step_id) REFERENCES step (id)
);

CREATE INDEX sitting_of_step ON sitting (step_id);

CREATE UNIQUE INDEX one_sitting_per_unit ON sitting (office_id, unit) WHERE ended_at IS NULL;
