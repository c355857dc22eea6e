using System.Collections.Concurrent;
using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Diagnostics;
using static UwsgiIt.Router.Tls.NativeSsl;

namespace UwsgiIt.Router.Tls;

/// <summary>
/// What all connections share: protocols, ciphers, tickets, the session cache. There is one for all names; which certificate a connection uses
/// is set on the connection, so a name costs its certificate and key and nothing else.
/// </summary>
internal sealed unsafe partial class OpenSslContext : IDisposable
{
    private const int SessionIdContextBytes = 32;

    // None of finite fields, which the library would offer too: their largest cost us ten milliseconds for a packet of the client's.
    private const string CurveGroups = "X25519:P-256:X448:P-384:P-521";

    private readonly CertificateStore _certificates;
    private readonly ILogger<OpenSslContext> _logger;
    private readonly ConcurrentDictionary<(int Protocol, ushort Cipher, int Group, bool Resumed), TlsAgreement> _agreements = new();

    /// <summary>Throws when the library does not know a setting's words.</summary>
    public OpenSslContext(CertificateStore certificates, TicketKeys tickets, IOptions<TlsOptions> options, ILogger<OpenSslContext> logger)
    {
        _certificates = certificates;
        _logger = logger;
        Tickets = tickets;
        Handle = SSL_CTX_new(TLS_server_method());
        Demand(Handle, "a context");
        try
        {
            Configure(options.Value);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public TicketKeys Tickets { get; }

    public nint Handle { get; private set; }

    /// <summary>Every agreement there has been, with how often.</summary>
    public IEnumerable<TlsAgreement> Agreements => _agreements.Values;

    public nint NewConnection() => SSL_new(Handle);

    /// <summary>What a connection has agreed on.</summary>
    public TlsAgreement Agreement(nint ssl)
    {
        var cipher = SSL_get_current_cipher(ssl);
        var group = (int)SSL_ctrl(ssl, SSL_CTRL_GET_NEGOTIATED_GROUP, 0, 0);
        var key = (SSL_version(ssl), SSL_CIPHER_get_protocol_id(cipher), group, SSL_session_reused(ssl) != 0);
        return _agreements.TryGetValue(key, out var known) ? known : _agreements.GetOrAdd(key, new TlsAgreement(
            key.Item1 == TLS1_3_VERSION ? SslProtocols.Tls13 : SslProtocols.Tls12,
            (TlsCipherSuite)key.Item2,
            Marshal.PtrToStringUTF8(SSL_CIPHER_standard_name(cipher)) ?? "unknown",
            Marshal.PtrToStringUTF8(SSL_group_to_name(ssl, group)) ?? "none",
            key.Item4));
    }

    public void Dispose()
    {
        SSL_CTX_free(Handle);
        Handle = 0;
    }

    private void Configure(TlsOptions options)
    {
        // Our order of ciphers, but ChaCha for a client that wants it first: it has no AES in hardware.
        _ = SSL_CTX_set_options(Handle, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
        _ = SSL_CTX_ctrl(Handle, SSL_CTRL_MODE, (nint)(SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY
            | SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_RELEASE_BUFFERS), 0);

        // One receive takes a record's head and body, and what follows.
        _ = SSL_CTX_ctrl(Handle, SSL_CTRL_SET_READ_AHEAD, 1, 0);
        Demand(SSL_CTX_ctrl(Handle, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, 0), "TLS 1.2");
        Demand(SSL_CTX_set_cipher_list(Handle, options.Ciphers), $"Tls:Ciphers {options.Ciphers}");
        if (options.Groups is { } groups)
        {
            Demand(SetGroups(groups), $"Tls:Groups {groups}");
        }
        else if (SetGroups($"X25519MLKEM768:{CurveGroups}") != 1)
        {
            // Of OpenSSL 3.5 and later.
            Demand(SetGroups(CurveGroups), $"the groups {CurveGroups}");
        }

        // Tickets for those who can; the cache for TLS 1.2 without them. One ticket is enough, as it may be used more than once.
        _ = SSL_CTX_ctrl(Handle, SSL_CTRL_SET_SESS_CACHE_MODE, (nint)SSL_SESS_CACHE_SERVER, 0);
        _ = SSL_CTX_ctrl(Handle, SSL_CTRL_SET_SESS_CACHE_SIZE, options.SessionCacheSize, 0);
        _ = SSL_CTX_set_timeout(Handle, (nint)options.SessionLifetime.TotalSeconds);
        _ = SSL_CTX_set_num_tickets(Handle, 1);
        SetCallbacks();
    }

    /// <summary>Gives a connection what its name is served with. False ends the handshake.</summary>
    private bool TrySelect(nint ssl, TlsSession session, string? name)
    {
        var material = _certificates.GetMaterial(name, out var binding);
        if (!TryUse(ssl, material, binding))
        {
            material = _certificates.GetDefault(out binding);
            if (!TryUse(ssl, material, binding))
            {
                return false;
            }
        }

        session.Staple = material.Staple;
        return session.TrySelect(name, binding) && SetSessionIdContext(ssl, material, binding.HasClientCa);
    }

    private bool TryUse(nint ssl, CertificateMaterial material, CertificateBinding binding)
    {
        string? problem;
        try
        {
            if (material.OpenSsl.TryUse(ssl, material.ClientCertificateRequired))
            {
                return true;
            }

            problem = OpenSslLibrary.TakeError();
        }
        catch (CryptographicException e)
        {
            problem = e.Message;
        }

        Log.CertificateUnusable(_logger, binding.Name.Length > 0 ? binding.Name : "the default", problem);
        return false;
    }

    /// <summary>
    /// A session is resumed only under the certificate that it began with. With client certificates never: every connection has a context of its
    /// own, and gets no ticket.
    /// </summary>
    private static bool SetSessionIdContext(nint ssl, CertificateMaterial material, bool isNeverResumed)
    {
        Span<byte> own = stackalloc byte[SessionIdContextBytes];
        if (isNeverResumed)
        {
            _ = SSL_set_options(ssl, SSL_OP_NO_TICKET);
            _ = SSL_set_num_tickets(ssl, 0);
            RandomNumberGenerator.Fill(own);
        }

        fixed (byte* pointer = isNeverResumed ? own : material.SessionIdContext)
        {
            return SSL_set_session_id_context(ssl, pointer, SessionIdContextBytes) == 1;
        }
    }

    private nint SetGroups(string groups)
    {
        var text = Marshal.StringToCoTaskMemUTF8(groups);
        var result = SSL_CTX_ctrl(Handle, SSL_CTRL_SET_GROUPS_LIST, 0, text);
        Marshal.FreeCoTaskMem(text);
        return result;
    }

    private static void Demand(nint result, string what)
    {
        if (result is 0 or -1)
        {
            throw new InvalidOperationException($"OpenSSL refuses {what}: {OpenSslLibrary.TakeError()}.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.CertificateUnusable, LogLevel.Warning, "OpenSSL refuses the certificate for {Name}, the default one is served: {Problem}.")]
        public static partial void CertificateUnusable(ILogger logger, string name, string? problem);

        [LoggerMessage(RouterEventIds.HelloFault, LogLevel.Error, "A client's hello could not be answered.")]
        public static partial void HelloFault(ILogger logger, Exception exception);
    }
}
