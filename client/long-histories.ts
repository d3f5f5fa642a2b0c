/**
 * What a connection needs to read histories: gRPC takes no answer above 4 MB, and a page of a history can be as long as the
 * history, which the server ends at 50 MB. The SDK means to allow 128 MB, but names the setting without its prefix.
 */
export const LONG_HISTORIES = { 'grpc.max_receive_message_length': 128 * 1024 * 1024 } as const;
