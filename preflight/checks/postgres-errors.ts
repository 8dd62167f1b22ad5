/** What errors of PostgreSQL and its driver mean for a login. */
import { DatabaseError } from "pg";
import { own } from "../../contract/own-keys.ts";
import {
	connectionFailure,
	type DependencyRemedies,
	Failure,
} from "../failure.ts";

/** What a person can do, for each kind of failure. */
export type PostgresRemedies = DependencyRemedies & {
	login: string;
	database: string;
	connections: string;
	roles: string;
};

type Meaning = { fact: string; fix: keyof PostgresRemedies; definite: boolean };

/** What the server's codes mean for a login (PostgreSQL's documentation, Appendix A). */
const meanings: Record<string, Meaning> = {
	// An expired login is refused in the same words as a wrong password.
	"28P01": {
		fact: "the password is wrong, or the login has expired",
		fix: "login",
		definite: true,
	},
	"28000": {
		fact: "the server does not admit this login",
		fix: "login",
		definite: true,
	},
	"3D000": {
		fact: "the database does not exist",
		fix: "database",
		definite: true,
	},
	"53300": {
		fact: "the server has no connection left",
		fix: "connections",
		definite: false,
	},
	"57P03": {
		fact: "the server is starting or stopping",
		fix: "network",
		definite: false,
	},
	"57P01": {
		fact: "the server is stopping",
		fix: "network",
		definite: false,
	},
	"42501": {
		fact: "the login lacks a privilege",
		fix: "roles",
		definite: true,
	},
	"55P03": {
		fact: "another preflight holds the lock",
		fix: "network",
		definite: false,
	},
};

/** Classes of codes that pass by themselves: connections, conflicts, resources, operator's doing, system. */
const passingClasses = new Set(["08", "40", "53", "55", "57", "58", "XX"]);

/** The failure that an error of the server or the driver stands for; what is none of theirs comes back as it is. */
export function explain(error: unknown, remedies: PostgresRemedies): unknown {
	if (error instanceof Failure) {
		return error;
	}
	if (error instanceof DatabaseError && error.code !== undefined) {
		const { code } = error;
		const meaning = own(meanings, code);
		return new Failure(`${meaning?.fact ?? error.message} (${code})`, {
			fix: remedies[meaning?.fix ?? "roles"],
			definite: meaning?.definite ?? !passingClasses.has(code.slice(0, 2)),
			cause: error,
		});
	}
	return connectionFailure(error, remedies) ?? withoutCode(error, remedies);
}

/** The driver's own errors have no codes. */
function withoutCode(error: unknown, remedies: PostgresRemedies): unknown {
	const message = error instanceof Error ? error.message : "";
	if (message === "The server does not support SSL connections") {
		return new Failure("the server does not speak TLS", {
			fix: remedies.certificate,
			definite: true,
			cause: error,
		});
	}
	if (/^Connection terminated/.test(message)) {
		return new Failure("the connection was dropped", {
			fix: remedies.network,
			definite: false,
			cause: error,
		});
	}
	if (
		/^received invalid response|^There was an error establishing an SSL/.test(
			message,
		) ||
		error instanceof DatabaseError
	) {
		return new Failure("the server does not speak PostgreSQL's protocol", {
			fix: remedies.network,
			definite: false,
			cause: error,
		});
	}
	return error;
}
