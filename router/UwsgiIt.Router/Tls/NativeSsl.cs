using System.Runtime.InteropServices;

namespace UwsgiIt.Router.Tls;

/// <summary>libssl as far as we use it, in its own spelling. Manual pages: ssl(7).</summary>
internal static unsafe partial class NativeSsl
{
    public const string Library = "libssl.so.3";

    public const int SSL_READING = 3;
    public const int SSL_SENT_SHUTDOWN = 1;
    public const int SSL_RECEIVED_SHUTDOWN = 2;
    public const int SSL_VERIFY_PEER = 1;
    public const int SSL_VERIFY_FAIL_IF_NO_PEER_CERT = 2;
    public const int SSL_CLIENT_HELLO_ERROR = 0;
    public const int SSL_CLIENT_HELLO_SUCCESS = 1;
    public const int SSL_TLSEXT_ERR_OK = 0;
    public const int SSL_TLSEXT_ERR_ALERT_FATAL = 2;
    public const int SSL_TLSEXT_ERR_NOACK = 3;
    public const int TLSEXT_TYPE_server_name = 0;
    public const int TLS1_2_VERSION = 0x0303;
    public const int TLS1_3_VERSION = 0x0304;

    public const int SSL_CTRL_MODE = 33;
    public const int SSL_CTRL_SET_READ_AHEAD = 41;
    public const int SSL_CTRL_SET_SESS_CACHE_SIZE = 42;
    public const int SSL_CTRL_SET_SESS_CACHE_MODE = 44;
    public const int SSL_CTRL_SET_TLSEXT_SERVERNAME_CB = 53;
    public const int SSL_CTRL_SET_TLSEXT_STATUS_REQ_CB = 63;
    public const int SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP = 71;
    public const int SSL_CTRL_SET_GROUPS_LIST = 92;
    public const int SSL_CTRL_SET_VERIFY_CERT_STORE = 106;
    public const int SSL_CTRL_SET_MIN_PROTO_VERSION = 123;
    public const int SSL_CTRL_GET_NEGOTIATED_GROUP = 134;

    public const long SSL_MODE_ENABLE_PARTIAL_WRITE = 0x1;
    public const long SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER = 0x2;
    public const long SSL_MODE_AUTO_RETRY = 0x4;
    public const long SSL_MODE_NO_AUTO_CHAIN = 0x8;
    public const long SSL_MODE_RELEASE_BUFFERS = 0x10;

    public const ulong SSL_OP_NO_TICKET = 1UL << 14;
    public const ulong SSL_OP_NO_COMPRESSION = 1UL << 17;
    public const ulong SSL_OP_PRIORITIZE_CHACHA = 1UL << 21;
    public const ulong SSL_OP_CIPHER_SERVER_PREFERENCE = 1UL << 22;
    public const ulong SSL_OP_NO_RENEGOTIATION = 1UL << 30;

    public const long SSL_SESS_CACHE_SERVER = 2;

    [LibraryImport(Library)]
    public static partial int OPENSSL_init_ssl(ulong options, nint settings);

    [LibraryImport(Library)]
    public static partial nint TLS_server_method();

    [LibraryImport(Library)]
    public static partial nint SSL_CTX_new(nint method);

    [LibraryImport(Library)]
    public static partial void SSL_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial nint SSL_CTX_ctrl(nint context, int command, nint number, nint pointer);

    [LibraryImport(Library)]
    public static partial nint SSL_CTX_callback_ctrl(nint context, int command, delegate* unmanaged[Cdecl]<nint, int*, nint, int> callback);

    [LibraryImport(Library)]
    public static partial nint SSL_CTX_callback_ctrl(nint context, int command, delegate* unmanaged[Cdecl]<nint, nint, int> callback);

    [LibraryImport(Library)]
    public static partial ulong SSL_CTX_set_options(nint context, ulong options);

    [LibraryImport(Library)]
    public static partial int SSL_CTX_set_num_tickets(nint context, nuint count);

    [LibraryImport(Library)]
    public static partial nint SSL_CTX_set_timeout(nint context, nint seconds);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SSL_CTX_set_cipher_list(nint context, string ciphers);

    [LibraryImport(Library)]
    public static partial int SSL_CTX_remove_session(nint context, nint session);

    [LibraryImport(Library)]
    public static partial void SSL_CTX_set_client_hello_cb(nint context, delegate* unmanaged[Cdecl]<nint, int*, nint, int> callback, nint argument);

    [LibraryImport(Library)]
    public static partial void SSL_CTX_set_alpn_select_cb(nint context, delegate* unmanaged[Cdecl]<nint, byte**, byte*, byte*, uint, nint, int> callback, nint argument);

    [LibraryImport(Library)]
    public static partial int SSL_CTX_set_tlsext_ticket_key_evp_cb(nint context, delegate* unmanaged[Cdecl]<nint, byte*, byte*, nint, nint, int, int> callback);

    [LibraryImport(Library)]
    public static partial nint SSL_new(nint context);

    [LibraryImport(Library)]
    public static partial void SSL_free(nint ssl);

    [LibraryImport(Library)]
    public static partial void SSL_set_accept_state(nint ssl);

    [LibraryImport(Library)]
    public static partial void SSL_set_bio(nint ssl, nint read, nint write);

    [LibraryImport(Library)]
    public static partial nint SSL_ctrl(nint ssl, int command, nint number, nint pointer);

    [LibraryImport(Library)]
    public static partial int SSL_do_handshake(nint ssl);

    [LibraryImport(Library)]
    public static partial int SSL_read(nint ssl, byte* buffer, int length);

    [LibraryImport(Library)]
    public static partial int SSL_peek(nint ssl, byte* buffer, int length);

    [LibraryImport(Library)]
    public static partial int SSL_write(nint ssl, byte* buffer, int length);

    [LibraryImport(Library)]
    public static partial int SSL_shutdown(nint ssl);

    [LibraryImport(Library)]
    public static partial void SSL_set_shutdown(nint ssl, int mode);

    // The getters below look at a field or two: not worth a change of the collector's mode.
    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int SSL_get_shutdown(nint ssl);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int SSL_want(nint ssl);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int SSL_has_pending(nint ssl);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int SSL_version(nint ssl);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int SSL_session_reused(nint ssl);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial nint SSL_get_current_cipher(nint ssl);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial nint SSL_get_session(nint ssl);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial ushort SSL_CIPHER_get_protocol_id(nint cipher);

    [LibraryImport(Library)]
    public static partial nint SSL_CIPHER_standard_name(nint cipher);

    [LibraryImport(Library)]
    public static partial nint SSL_group_to_name(nint ssl, int id);

    [LibraryImport(Library)]
    public static partial int SSL_client_hello_get0_ext(nint ssl, uint type, byte** data, nuint* length);

    [LibraryImport(Library)]
    public static partial int SSL_use_cert_and_key(nint ssl, nint certificate, nint key, nint chain, int replace);

    [LibraryImport(Library)]
    public static partial ulong SSL_set_options(nint ssl, ulong options);

    [LibraryImport(Library)]
    public static partial int SSL_set_num_tickets(nint ssl, nuint count);

    [LibraryImport(Library)]
    public static partial int SSL_set_session_id_context(nint ssl, byte* id, uint length);

    [LibraryImport(Library)]
    public static partial void SSL_set_verify(nint ssl, int mode, nint callback);

    [LibraryImport(Library)]
    public static partial int SSL_add_client_CA(nint ssl, nint certificate);

    [LibraryImport(Library)]
    public static partial nint SSL_get1_peer_certificate(nint ssl);
}
