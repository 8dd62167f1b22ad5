/** Statements that make a PostgreSQL server look like a Cloud SQL instance: its roles and their privileges. */
import { escapeIdentifier, escapeLiteral } from "pg";

/** Owns the databases that are made through Cloud SQL's API, and is no superuser whatever its name says. */
const instanceRole = "cloudsqlsuperuser";

/** Once for an instance. */
export function instanceStatements(): string[] {
	return [`CREATE ROLE ${instanceRole} NOLOGIN CREATEROLE CREATEDB`];
}

/** A database as the API makes it. Not to be run in a transaction. */
export function databaseStatement(name: string): string {
	return `CREATE DATABASE ${escapeIdentifier(name)} OWNER ${instanceRole}`;
}

/** A login as the API makes it: it may make roles and databases, and belongs to the instance's role. */
export function userStatement(name: string, password: string): string {
	return `CREATE ROLE ${escapeIdentifier(name)} LOGIN CREATEROLE CREATEDB IN ROLE ${instanceRole} PASSWORD ${escapeLiteral(password)}`;
}

/** A login's new password. */
export function passwordStatement(name: string, password: string): string {
	return `ALTER ROLE ${escapeIdentifier(name)} PASSWORD ${escapeLiteral(password)}`;
}
