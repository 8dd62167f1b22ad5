/** Between the protocol's messages and the plain types of {@link Provider}. */
import grpc from "@grpc/grpc-js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import statuses from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import structs from "google-protobuf/google/protobuf/struct_pb.js";
import {
	type CheckResult,
	CloudError,
	type DiffKind,
	type DiffResult,
	PartialFailure,
	type Subject,
} from "./core.ts";
import type { Properties } from "./values.ts";
import { decodeProperties, encodeProperties } from "./wire.ts";

/** The properties that a message carries. */
export function properties(message: structs.Struct | undefined): Properties {
	return decodeProperties(message?.toJavaScript());
}

/** A message that carries the properties. */
export function struct(values: Properties): structs.Struct {
	return structs.Struct.fromJavaScript(encodeProperties(values));
}

/** Which resource a request is about: its type is the last of the URN's types, its name the last part. */
export function subject(request: { getUrn(): string }): Subject {
	const urn = request.getUrn();
	const parts = urn.split("::");
	const type = (parts[2] ?? "").split("$").at(-1) ?? "";
	return { urn, type, name: parts.slice(3).join("::") };
}

/** The answer to a check. */
export function checkResponse(result: CheckResult): pb.CheckResponse {
	const response = new pb.CheckResponse();
	response.setInputs(struct(result.inputs));
	for (const { property, reason } of result.failures) {
		const message = new pb.CheckFailure();
		message.setProperty(property ?? "");
		message.setReason(reason);
		response.addFailures(message);
	}
	return response;
}

const kinds: Readonly<Record<DiffKind, pb.PropertyDiff.Kind>> = {
	add: 0,
	"add-replace": 1,
	delete: 2,
	"delete-replace": 3,
	update: 4,
	"update-replace": 5,
};

/** The answer to a comparison. */
export function diffResponse(result: DiffResult): pb.DiffResponse {
	const response = new pb.DiffResponse();
	response.setChanges(
		result.changes
			? pb.DiffResponse.DiffChanges.DIFF_SOME
			: pb.DiffResponse.DiffChanges.DIFF_NONE,
	);
	response.setReplacesList([...result.replaces]);
	response.setDiffsList([...result.diffs]);
	response.setDeletebeforereplace(result.deleteBeforeReplace);
	response.setHasdetaileddiff(result.detailed !== undefined);
	for (const [path, kind] of Object.entries(result.detailed ?? {})) {
		const message = new pb.PropertyDiff();
		message.setKind(kinds[kind]);
		response.getDetaileddiffMap().set(path, message);
	}
	return response;
}

/** The error that a call ends with. Mistakes of this code keep their stack; answers of the cloud have none. */
export function failure(error: unknown): Partial<grpc.StatusObject> {
	const isAnswer = error instanceof CloudError;
	const { message, stack, code } = error as Error & { code?: unknown };
	const details =
		isAnswer || typeof code === "number" ? message : (stack ?? message);
	const metadata = new grpc.Metadata();
	if (error instanceof PartialFailure)
		metadata.add("grpc-status-details-bin", initFailed(error));
	return {
		code: typeof code === "number" ? code : grpc.status.UNKNOWN,
		details,
		metadata,
	};
}

/** The detail by which the engine records a resource whose creation or update failed half-way. */
function initFailed(error: PartialFailure): Buffer {
	const detail = new pb.ErrorResourceInitFailed();
	detail.setId(error.id);
	detail.setProperties(struct(error.outputs));
	detail.setReasonsList([error.message]);
	const packed = new any.Any();
	packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
	const status = new statuses.Status();
	status.setCode(grpc.status.UNKNOWN);
	status.setMessage("resource init failed");
	status.addDetails(packed);
	return Buffer.from(status.serializeBinary());
}
