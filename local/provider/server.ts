/** Serves a {@link Provider} to the engine: the ResourceProvider service of Pulumi's plugin protocol. */
import { flushCompileCache } from "node:module";
import grpc from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import service from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { endWithEngine, engineAddress } from "../../engine/end-with-engine.ts";
import type { Provider } from "./core.ts";
import {
	checkResponse,
	diffResponse,
	failure,
	properties,
	struct,
	subject,
} from "./messages.ts";

type Handler<Request> = (request: Request) => unknown;

/** Answers one kind of call; whatever is thrown becomes the call's error. */
function unary<Request>(handler: Handler<Request>) {
	return (
		call: grpc.ServerUnaryCall<Request, unknown>,
		callback: grpc.sendUnaryData<unknown>,
	) => {
		Promise.resolve(call.request)
			.then(handler)
			.then(
				(response) => callback(null, response),
				(error) => callback(failure(error)),
			);
	};
}

function unsupported() {
	throw Object.assign(new Error("not part of the stand-in"), {
		code: grpc.status.UNIMPLEMENTED,
	});
}

/** Answers about the plugin and its configuration. */
function configuration(provider: Provider) {
	return {
		getPluginInfo: unary(() => {
			const info = new plugin.PluginInfo();
			info.setVersion(provider.version);
			return info;
		}),
		getSchema: unary(() => {
			const response = new pb.GetSchemaResponse();
			response.setSchema(
				JSON.stringify({ name: provider.name, version: provider.version }),
			);
			return response;
		}),
		checkConfig: unary((request: pb.CheckRequest) =>
			checkResponse(provider.checkConfig(properties(request.getNews()))),
		),
		diffConfig: unary((request: pb.DiffRequest) =>
			diffResponse(
				provider.diffConfig(
					properties(request.getOlds()),
					properties(request.getNews()),
				),
			),
		),
		configure: unary((request: pb.ConfigureRequest) => {
			provider.configure(properties(request.getArgs()));
			// Secrets, resources and outputs are not accepted, as by the real provider: the engine sends plain values and
			// marks the outputs itself, by the inputs and by what the SDK lists.
			const response = new pb.ConfigureResponse();
			response.setSupportspreview(true);
			return response;
		}),
		attach: unary(() => new empty.Empty()),
		cancel: unary(() => {
			provider.cancel();
			return new empty.Empty();
		}),
	};
}

/** Answers about single resources. */
function resources(provider: Provider) {
	return {
		check: unary((request: pb.CheckRequest) =>
			checkResponse(
				provider.check({
					...subject(request),
					olds: request.hasOlds() ? properties(request.getOlds()) : undefined,
					news: properties(request.getNews()),
				}),
			),
		),
		diff: unary((request: pb.DiffRequest) =>
			diffResponse(
				provider.diff({
					...subject(request),
					id: request.getId(),
					olds: properties(request.getOlds()),
					news: properties(request.getNews()),
					ignoreChanges: request.getIgnorechangesList(),
				}),
			),
		),
		create: unary(async (request: pb.CreateRequest) => {
			const { id, outputs } = await provider.create({
				...subject(request),
				inputs: properties(request.getProperties()),
				preview: request.getPreview(),
			});
			const response = new pb.CreateResponse();
			response.setId(id);
			response.setProperties(struct(outputs));
			return response;
		}),
		read: unary(async (request: pb.ReadRequest) => {
			const found = await provider.read({
				...subject(request),
				id: request.getId(),
				inputs: request.hasInputs()
					? properties(request.getInputs())
					: undefined,
				state: request.hasProperties()
					? properties(request.getProperties())
					: undefined,
			});
			const response = new pb.ReadResponse();
			if (found === undefined) return response;
			response.setId(found.id);
			response.setInputs(struct(found.inputs));
			response.setProperties(struct(found.outputs));
			return response;
		}),
		update: unary(async (request: pb.UpdateRequest) => {
			const outputs = await provider.update({
				...subject(request),
				id: request.getId(),
				olds: properties(request.getOlds()),
				news: properties(request.getNews()),
				preview: request.getPreview(),
				ignoreChanges: request.getIgnorechangesList(),
			});
			const response = new pb.UpdateResponse();
			response.setProperties(struct(outputs));
			return response;
		}),
		delete: unary(async (request: pb.DeleteRequest) => {
			await provider.delete({
				...subject(request),
				id: request.getId(),
				olds: properties(request.getProperties()),
			});
			return new empty.Empty();
		}),
		invoke: unary(async (request: pb.InvokeRequest) => {
			const result = await provider.invoke(
				request.getTok(),
				properties(request.getArgs()),
			);
			const response = new pb.InvokeResponse();
			response.setReturn(struct(result));
			return response;
		}),
	};
}

/** Serves the provider on a free port of this machine and prints the port, which is how a plugin tells the engine. */
export function serve(provider: Provider): void {
	endWithEngine(engineAddress());
	const server = new grpc.Server({
		"grpc.max_receive_message_length": -1,
		"grpc.max_send_message_length": -1,
	});
	const handlers = {
		handshake: unary(unsupported),
		parameterize: unary(unsupported),
		construct: unary(unsupported),
		call: unary(unsupported),
		getMapping: unary(unsupported),
		getMappings: unary(unsupported),
		...configuration(provider),
		...resources(provider),
	};
	server.addService(
		service.ResourceProviderService as grpc.ServiceDefinition,
		handlers as unknown as grpc.UntypedServiceImplementation,
	);
	server.bindAsync(
		"127.0.0.1:0",
		grpc.ServerCredentials.createInsecure(),
		(error, port) => {
			if (error) throw error;
			process.stdout.write(`${port}\n`);
			// The engine kills its plugins, so that nothing would be written at the end.
			setImmediate(flushCompileCache);
		},
	);
}
