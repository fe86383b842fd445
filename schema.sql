-- Printed from queue_server/tables.py by: python -m queue_server schema --write

CREATE TABLE office (
	id INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	config_version INTEGER DEFAULT 0 NOT NULL,
	head_seq INTEGER DEFAULT 0 NOT NULL,
	head_hash TEXT DEFAULT '' NOT NULL,
	segment INTEGER DEFAULT 1 NOT NULL,
	door_code TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	UNIQUE ("key")
);

CREATE TABLE boot (
	id INTEGER NOT NULL,
	boot TEXT NOT NULL,
	offset_ms INTEGER DEFAULT 0 NOT NULL,
	first_at INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (boot)
);

CREATE TABLE command (
	actor TEXT DEFAULT '' NOT NULL,
	"key" TEXT DEFAULT '' NOT NULL,
	digest TEXT DEFAULT '' NOT NULL,
	answer TEXT DEFAULT '' NOT NULL,
	expires_at INTEGER DEFAULT 0 NOT NULL,
	UNIQUE (actor, "key")
);

CREATE INDEX ix_command_expires_at ON command (expires_at);

CREATE TABLE office_version (
	office_id INTEGER NOT NULL,
	version INTEGER DEFAULT 0 NOT NULL,
	body TEXT DEFAULT '' NOT NULL,
	at INTEGER DEFAULT 0 NOT NULL,
	seq INTEGER DEFAULT 0 NOT NULL,
	UNIQUE (office_id, version),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE standard (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	version INTEGER DEFAULT 0 NOT NULL,
	valid_from TEXT DEFAULT '' NOT NULL,
	body TEXT DEFAULT '' NOT NULL,
	seq INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, service, version),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE person (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	shown_name TEXT DEFAULT '' NOT NULL,
	role TEXT DEFAULT '' NOT NULL,
	password TEXT DEFAULT '' NOT NULL,
	active INTEGER DEFAULT 1 NOT NULL,
	created_at INTEGER DEFAULT 0 NOT NULL,
	totp_secret TEXT DEFAULT '' NOT NULL,
	totp_step INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, name),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE device (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	board TEXT DEFAULT '' NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	token_hash TEXT NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	created_at INTEGER DEFAULT 0 NOT NULL,
	paired_at INTEGER,
	seen_at INTEGER DEFAULT 0 NOT NULL,
	sound TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id),
	UNIQUE (token_hash)
);

CREATE TABLE office_day (
	office_id INTEGER NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	opened_at INTEGER DEFAULT 0 NOT NULL,
	closed_at INTEGER,
	closed_how TEXT DEFAULT '' NOT NULL,
	UNIQUE (office_id, day),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE series (
	office_id INTEGER NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	high INTEGER DEFAULT 0 NOT NULL,
	UNIQUE (office_id, service, day),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE service_pause (
	office_id INTEGER NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	since_at INTEGER DEFAULT 0 NOT NULL,
	UNIQUE (office_id, service),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE ticket (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	prefix TEXT DEFAULT '' NOT NULL,
	number INTEGER DEFAULT 0 NOT NULL,
	channel TEXT DEFAULT '' NOT NULL,
	priority INTEGER DEFAULT 0 NOT NULL,
	language TEXT DEFAULT 'id' NOT NULL,
	secret TEXT NOT NULL,
	place TEXT DEFAULT '' NOT NULL,
	holder TEXT DEFAULT '' NOT NULL,
	issuer TEXT DEFAULT '' NOT NULL,
	issued_at INTEGER DEFAULT 0 NOT NULL,
	issued_tick INTEGER DEFAULT 0 NOT NULL,
	paper TEXT DEFAULT '' NOT NULL,
	paper_at INTEGER DEFAULT 0 NOT NULL,
	coming INTEGER DEFAULT 0 NOT NULL,
	party INTEGER DEFAULT 1 NOT NULL,
	case_code TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, service, day, number),
	FOREIGN KEY(office_id) REFERENCES office (id),
	UNIQUE (secret)
);

CREATE INDEX ticket_by_holder ON ticket (office_id, day, holder) WHERE holder <> '';

CREATE TABLE board_ack (
	office_id INTEGER NOT NULL,
	call_seq INTEGER DEFAULT 0 NOT NULL,
	device_id INTEGER DEFAULT 0 NOT NULL,
	drawn_at INTEGER,
	spoken_at INTEGER,
	UNIQUE (office_id, call_seq, device_id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE voice_lease (
	office_id INTEGER NOT NULL,
	hall TEXT DEFAULT '' NOT NULL,
	device_id INTEGER DEFAULT 0 NOT NULL,
	until_at INTEGER DEFAULT 0 NOT NULL,
	UNIQUE (office_id, hall),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE event (
	office_id INTEGER NOT NULL,
	seq INTEGER DEFAULT 0 NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	version INTEGER DEFAULT 1 NOT NULL,
	body TEXT DEFAULT '' NOT NULL,
	at INTEGER DEFAULT 0 NOT NULL,
	boot_id TEXT DEFAULT '' NOT NULL,
	boot_ns INTEGER DEFAULT 0 NOT NULL,
	actor TEXT DEFAULT '' NOT NULL,
	step_id INTEGER,
	previous_hash TEXT DEFAULT '' NOT NULL,
	hash TEXT DEFAULT '' NOT NULL,
	UNIQUE (office_id, seq),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX event_of_note ON event (office_id, step_id, seq) WHERE kind IN ('reopened', 'no_show', 'undone');

CREATE INDEX event_of_step ON event (step_id);

CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;

CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END;

CREATE TABLE seal (
	office_id INTEGER NOT NULL,
	seq INTEGER DEFAULT 0 NOT NULL,
	hash TEXT DEFAULT '' NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	at INTEGER DEFAULT 0 NOT NULL,
	tick INTEGER DEFAULT 0 NOT NULL,
	boot INTEGER DEFAULT 0 NOT NULL,
	UNIQUE (office_id, seq),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE refusal (
	office_id INTEGER NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	channel TEXT DEFAULT '' NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	n INTEGER DEFAULT 0 NOT NULL,
	counted INTEGER DEFAULT 0 NOT NULL,
	UNIQUE (office_id, day, service, channel, code),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE private (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	ticket_id INTEGER DEFAULT 0 NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	value TEXT DEFAULT '' NOT NULL,
	secret_key TEXT DEFAULT '' NOT NULL,
	erase_at INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX ix_private_erase_at ON private (erase_at);

CREATE TABLE complaint (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	number INTEGER DEFAULT 0 NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	made_at INTEGER DEFAULT 0 NOT NULL,
	category TEXT DEFAULT '' NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	restricted INTEGER DEFAULT 0 NOT NULL,
	about_lead INTEGER DEFAULT 0 NOT NULL,
	ticket_id INTEGER DEFAULT 0 NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	due TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	tracking TEXT DEFAULT '' NOT NULL,
	language TEXT DEFAULT '' NOT NULL,
	made_seq INTEGER DEFAULT 0 NOT NULL,
	body TEXT DEFAULT '' NOT NULL,
	contact TEXT DEFAULT '' NOT NULL,
	secret_key TEXT DEFAULT '' NOT NULL,
	readers TEXT DEFAULT '' NOT NULL,
	answer TEXT DEFAULT '' NOT NULL,
	answered_at INTEGER,
	answered_day TEXT DEFAULT '' NOT NULL,
	answered_by INTEGER,
	handed_to TEXT DEFAULT '' NOT NULL,
	reference TEXT DEFAULT '' NOT NULL,
	handed_at INTEGER,
	handed_day TEXT DEFAULT '' NOT NULL,
	outcome TEXT DEFAULT '' NOT NULL,
	closed_at INTEGER,
	erase_at INTEGER,
	PRIMARY KEY (id),
	UNIQUE (office_id, number),
	UNIQUE (tracking),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX complaint_of_ticket ON complaint (ticket_id);

CREATE INDEX complaint_open ON complaint (office_id, due) WHERE state <> 'closed';

CREATE TABLE inmate (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	register TEXT DEFAULT '' NOT NULL,
	status TEXT DEFAULT '' NOT NULL,
	block TEXT DEFAULT '' NOT NULL,
	days TEXT DEFAULT '' NOT NULL,
	may_visit INTEGER DEFAULT 0 NOT NULL,
	hidden INTEGER DEFAULT 0 NOT NULL,
	imported_at INTEGER DEFAULT 0 NOT NULL,
	gone INTEGER DEFAULT 0 NOT NULL,
	remission TEXT DEFAULT '' NOT NULL,
	release_day TEXT DEFAULT '' NOT NULL,
	programme TEXT DEFAULT '' NOT NULL,
	erase_at INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, register),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE family (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	number INTEGER DEFAULT 0 NOT NULL,
	inmate_id INTEGER DEFAULT 0 NOT NULL,
	relation TEXT DEFAULT '' NOT NULL,
	holder_name TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	code_digest TEXT DEFAULT '' NOT NULL,
	proof TEXT DEFAULT '' NOT NULL,
	made_at INTEGER DEFAULT 0 NOT NULL,
	made_by INTEGER DEFAULT 0 NOT NULL,
	until_at INTEGER DEFAULT 0 NOT NULL,
	ended_at INTEGER,
	reason TEXT DEFAULT '' NOT NULL,
	erase_at INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, number),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX family_of_inmate ON family (office_id, inmate_id);

CREATE UNIQUE INDEX one_family_per_code ON family (office_id, code_digest) WHERE code_digest <> '';

CREATE TABLE family_look (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	family_id INTEGER DEFAULT 0 NOT NULL,
	at INTEGER DEFAULT 0 NOT NULL,
	way TEXT DEFAULT '' NOT NULL,
	place TEXT DEFAULT '' NOT NULL,
	outcome TEXT DEFAULT '' NOT NULL,
	erase_at INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX family_look_of ON family_look (family_id, at);

CREATE TABLE reservation (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	number INTEGER DEFAULT 0 NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	session TEXT DEFAULT '' NOT NULL,
	pool TEXT DEFAULT '' NOT NULL,
	place INTEGER DEFAULT 0 NOT NULL,
	priority INTEGER DEFAULT 0 NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	version INTEGER DEFAULT 0 NOT NULL,
	secret TEXT NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	language TEXT DEFAULT 'id' NOT NULL,
	starts_at INTEGER DEFAULT 0 NOT NULL,
	ends_at INTEGER DEFAULT 0 NOT NULL,
	expires_at INTEGER DEFAULT 0 NOT NULL,
	men INTEGER DEFAULT 0 NOT NULL,
	women INTEGER DEFAULT 0 NOT NULL,
	children INTEGER DEFAULT 0 NOT NULL,
	people INTEGER DEFAULT 1 NOT NULL,
	permit INTEGER DEFAULT 0 NOT NULL,
	person TEXT DEFAULT '' NOT NULL,
	identity_end TEXT DEFAULT '' NOT NULL,
	holder_name TEXT DEFAULT '' NOT NULL,
	device TEXT DEFAULT '' NOT NULL,
	inmate_id INTEGER DEFAULT 0 NOT NULL,
	secret_key TEXT DEFAULT '' NOT NULL,
	made_at INTEGER DEFAULT 0 NOT NULL,
	changed_at INTEGER,
	ended_at INTEGER,
	ended_by TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	ticket_id INTEGER DEFAULT 0 NOT NULL,
	erase_at INTEGER DEFAULT 0 NOT NULL,
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
	office_id INTEGER NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	body TEXT DEFAULT '' NOT NULL,
	UNIQUE (office_id, day),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE alert (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	raised_at INTEGER DEFAULT 0 NOT NULL,
	ended_at INTEGER,
	facts TEXT DEFAULT '' NOT NULL,
	sent TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX alert_of_day ON alert (office_id, day, service);

CREATE TABLE webhook (
	office_id INTEGER NOT NULL,
	url TEXT DEFAULT '' NOT NULL,
	secret TEXT DEFAULT '' NOT NULL,
	set_at INTEGER DEFAULT 0 NOT NULL,
	told_at INTEGER,
	told TEXT DEFAULT '' NOT NULL,
	UNIQUE (office_id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE counter_today (
	office_id INTEGER NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	counter TEXT DEFAULT '' NOT NULL,
	services TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	since_at INTEGER DEFAULT 0 NOT NULL,
	UNIQUE (office_id, day, counter),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE batch (
	office_id INTEGER NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	room TEXT DEFAULT '' NOT NULL,
	number INTEGER DEFAULT 0 NOT NULL,
	at INTEGER DEFAULT 0 NOT NULL,
	called TEXT DEFAULT '' NOT NULL,
	passed TEXT DEFAULT '' NOT NULL,
	UNIQUE (office_id, day, room, number),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE contact (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	ticket_id INTEGER DEFAULT 0 NOT NULL,
	reservation_id INTEGER DEFAULT 0 NOT NULL,
	channel TEXT DEFAULT '' NOT NULL,
	sealed TEXT DEFAULT '' NOT NULL,
	mark TEXT DEFAULT '' NOT NULL,
	language TEXT DEFAULT 'id' NOT NULL,
	awaits TEXT DEFAULT '' NOT NULL,
	made_at INTEGER DEFAULT 0 NOT NULL,
	erase_at INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX contact_in_line ON contact (office_id, awaits) WHERE awaits <> '';

CREATE INDEX contact_of_mark ON contact (office_id, mark);

CREATE INDEX contact_of_reservation ON contact (reservation_id);

CREATE INDEX contact_of_ticket ON contact (ticket_id);

CREATE INDEX ix_contact_erase_at ON contact (erase_at);

CREATE TABLE message (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	contact_id INTEGER DEFAULT 0 NOT NULL,
	ticket_id INTEGER DEFAULT 0 NOT NULL,
	reservation_id INTEGER DEFAULT 0 NOT NULL,
	step_id INTEGER DEFAULT 0 NOT NULL,
	channel TEXT DEFAULT '' NOT NULL,
	occasion TEXT DEFAULT '' NOT NULL,
	nth INTEGER DEFAULT 0 NOT NULL,
	facts TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT 'waiting' NOT NULL,
	due_at INTEGER DEFAULT 0 NOT NULL,
	until_at INTEGER DEFAULT 0 NOT NULL,
	tries INTEGER DEFAULT 0 NOT NULL,
	outcome TEXT DEFAULT '' NOT NULL,
	made_at INTEGER DEFAULT 0 NOT NULL,
	ended_at INTEGER,
	erase_at INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (office_id, ticket_id, reservation_id, occasion, nth, channel),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX ix_message_erase_at ON message (erase_at);

CREATE INDEX message_due ON message (due_at) WHERE state IN ('waiting', 'sending');

CREATE INDEX message_of_contact ON message (contact_id);

CREATE TABLE need (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	ticket_id INTEGER DEFAULT 0 NOT NULL,
	reservation_id INTEGER DEFAULT 0 NOT NULL,
	stated TEXT DEFAULT '' NOT NULL,
	to_fetch INTEGER DEFAULT 0 NOT NULL,
	place TEXT DEFAULT '' NOT NULL,
	secret_key TEXT DEFAULT '' NOT NULL,
	erase_at INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE INDEX need_of_office ON need (office_id, erase_at);

CREATE INDEX need_of_reservation ON need (reservation_id) WHERE ticket_id = 0;

CREATE INDEX need_of_ticket ON need (ticket_id);

CREATE TABLE case_file (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	number INTEGER DEFAULT 0 NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	ticket_id INTEGER DEFAULT 0 NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	opened_at INTEGER DEFAULT 0 NOT NULL,
	days INTEGER DEFAULT 0 NOT NULL,
	due TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	ready_at INTEGER,
	ready_day TEXT DEFAULT '' NOT NULL,
	over_at INTEGER,
	over_day TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	collect_ticket_id INTEGER DEFAULT 0 NOT NULL,
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
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	asked TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT 'waiting' NOT NULL,
	done INTEGER DEFAULT 0 NOT NULL,
	total INTEGER DEFAULT 0 NOT NULL,
	file TEXT DEFAULT '' NOT NULL,
	problem TEXT DEFAULT '' NOT NULL,
	person_id INTEGER DEFAULT 0 NOT NULL,
	created_at INTEGER DEFAULT 0 NOT NULL,
	ended_at INTEGER,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE tally (
	office_id INTEGER NOT NULL,
	span TEXT DEFAULT '' NOT NULL,
	start TEXT DEFAULT '' NOT NULL,
	weekday INTEGER DEFAULT 0 NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	part TEXT DEFAULT '' NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	numbers INTEGER DEFAULT 0 NOT NULL,
	steps INTEGER DEFAULT 0 NOT NULL,
	counts TEXT DEFAULT '' NOT NULL,
	waits BLOB NOT NULL,
	services BLOB NOT NULL,
	waits_flagged BLOB NOT NULL,
	services_flagged BLOB NOT NULL,
	UNIQUE (office_id, span, part, start, service, name),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE tally_book (
	office_id INTEGER NOT NULL,
	seq INTEGER DEFAULT 0 NOT NULL,
	rules TEXT DEFAULT '' NOT NULL,
	left_out TEXT DEFAULT '' NOT NULL,
	UNIQUE (office_id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE session (
	token_hash TEXT NOT NULL,
	person_id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	created_at INTEGER DEFAULT 0 NOT NULL,
	expires_tick INTEGER DEFAULT 0 NOT NULL,
	used_tick INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (token_hash),
	FOREIGN KEY(person_id) REFERENCES person (id),
	FOREIGN KEY(office_id) REFERENCES office (id)
);

CREATE TABLE passkey (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	credential TEXT DEFAULT '' NOT NULL,
	public_key TEXT DEFAULT '' NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	uses INTEGER DEFAULT 0 NOT NULL,
	asked_at INTEGER DEFAULT 0 NOT NULL,
	added_at INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (credential),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX passkey_person ON passkey (person_id);

CREATE TABLE seat (
	office_id INTEGER NOT NULL,
	counter TEXT DEFAULT '' NOT NULL,
	person_id INTEGER,
	state TEXT DEFAULT 'closed' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	since_at INTEGER DEFAULT 0 NOT NULL,
	version INTEGER DEFAULT 0 NOT NULL,
	changed_tick INTEGER DEFAULT 0 NOT NULL,
	UNIQUE (office_id, counter),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE UNIQUE INDEX one_seat_per_person ON seat (person_id);

CREATE TABLE step (
	id INTEGER NOT NULL,
	ticket_id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	version INTEGER DEFAULT 0 NOT NULL,
	priority INTEGER DEFAULT 0 NOT NULL,
	queued_at INTEGER DEFAULT 0 NOT NULL,
	queued_tick INTEGER DEFAULT 0 NOT NULL,
	returned_seq INTEGER DEFAULT 0 NOT NULL,
	return_after INTEGER DEFAULT 0 NOT NULL,
	passed_seq INTEGER DEFAULT 0 NOT NULL,
	arrived_at INTEGER,
	remote_ms INTEGER DEFAULT 0 NOT NULL,
	counter TEXT DEFAULT '' NOT NULL,
	person_id INTEGER,
	since_tick INTEGER DEFAULT 0 NOT NULL,
	boot INTEGER DEFAULT 0 NOT NULL,
	clock_doubt INTEGER DEFAULT 0 NOT NULL,
	called_at INTEGER,
	started_at INTEGER,
	ended_at INTEGER,
	first_called_at INTEGER,
	calls INTEGER DEFAULT 0 NOT NULL,
	automatic INTEGER DEFAULT 0 NOT NULL,
	why TEXT DEFAULT '' NOT NULL,
	outcome TEXT DEFAULT '' NOT NULL,
	park_clock TEXT DEFAULT '' NOT NULL,
	park_reason TEXT DEFAULT '' NOT NULL,
	waited_ms INTEGER DEFAULT 0 NOT NULL,
	walked_ms INTEGER DEFAULT 0 NOT NULL,
	served_ms INTEGER DEFAULT 0 NOT NULL,
	parked_office_ms INTEGER DEFAULT 0 NOT NULL,
	parked_visitor_ms INTEGER DEFAULT 0 NOT NULL,
	standard_id INTEGER DEFAULT 0 NOT NULL,
	last_seq INTEGER DEFAULT 0 NOT NULL,
	"before" TEXT DEFAULT '' NOT NULL,
	waited_off_ms INTEGER DEFAULT 0 NOT NULL,
	parked_off_ms INTEGER DEFAULT 0 NOT NULL,
	foretold_low INTEGER,
	foretold_high INTEGER,
	first_waited_ms INTEGER,
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
	office_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	counter TEXT DEFAULT '' NOT NULL,
	label TEXT DEFAULT '' NOT NULL,
	by_person INTEGER DEFAULT 0 NOT NULL,
	at INTEGER DEFAULT 0 NOT NULL,
	UNIQUE (office_id, person_id),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE family_passkey (
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	family_id INTEGER NOT NULL,
	credential TEXT DEFAULT '' NOT NULL,
	public_key TEXT DEFAULT '' NOT NULL,
	uses INTEGER DEFAULT 0 NOT NULL,
	asked_at INTEGER DEFAULT 0 NOT NULL,
	added_at INTEGER DEFAULT 0 NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (credential),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(family_id) REFERENCES family (id)
);

CREATE INDEX family_passkey_of ON family_passkey (family_id);

CREATE TABLE readiness (
	office_id INTEGER NOT NULL,
	ticket_id INTEGER NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	asked_at INTEGER DEFAULT 0 NOT NULL,
	asked_tick INTEGER DEFAULT 0 NOT NULL,
	visitor_at INTEGER,
	visitor_tick INTEGER,
	other_at INTEGER,
	other_tick INTEGER,
	UNIQUE (ticket_id, service),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(ticket_id) REFERENCES ticket (id)
);

CREATE TABLE call (
	office_id INTEGER NOT NULL,
	seq INTEGER DEFAULT 0 NOT NULL,
	day TEXT DEFAULT '' NOT NULL,
	service TEXT DEFAULT '' NOT NULL,
	hall TEXT DEFAULT '' NOT NULL,
	counter TEXT DEFAULT '' NOT NULL,
	step_id INTEGER NOT NULL,
	nth INTEGER DEFAULT 1 NOT NULL,
	at INTEGER DEFAULT 0 NOT NULL,
	priority INTEGER DEFAULT 0 NOT NULL,
	in_mix INTEGER DEFAULT 0 NOT NULL,
	advances INTEGER DEFAULT 0 NOT NULL,
	state TEXT DEFAULT 'calling' NOT NULL,
	undone INTEGER DEFAULT 0 NOT NULL,
	over_at INTEGER,
	summed INTEGER DEFAULT 0 NOT NULL,
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
	id INTEGER NOT NULL,
	office_id INTEGER NOT NULL,
	step_id INTEGER NOT NULL,
	room TEXT DEFAULT '' NOT NULL,
	unit TEXT DEFAULT '' NOT NULL,
	minutes INTEGER DEFAULT 0 NOT NULL,
	extended_min INTEGER DEFAULT 0 NOT NULL,
	began_at INTEGER DEFAULT 0 NOT NULL,
	began_tick INTEGER DEFAULT 0 NOT NULL,
	warned INTEGER DEFAULT 0 NOT NULL,
	over INTEGER DEFAULT 0 NOT NULL,
	ended_at INTEGER,
	PRIMARY KEY (id),
	FOREIGN KEY(office_id) REFERENCES office (id),
	FOREIGN KEY(step_id) REFERENCES step (id)
);

CREATE INDEX sitting_of_step ON sitting (step_id);

CREATE UNIQUE INDEX one_sitting_per_unit ON sitting (office_id, unit) WHERE ended_at IS NULL;
