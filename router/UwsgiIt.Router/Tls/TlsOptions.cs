using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Tls;

/// <summary>Who encrypts.</summary>
internal enum TlsEngine
{
    /// <summary>libssl.so.3 directly under our event loops.</summary>
    OpenSsl = 0,

    /// <summary>The runtime's SslStream, on either transport.</summary>
    SslStream,
}

/// <summary>Handshakes and sessions. Changes need a restart. Sources "ours" unless said. All but Engine and HandshakeTimeout is OpenSsl's.</summary>
internal sealed class TlsOptions : IValidatedOptions
{
    public static string SectionName => "Tls";

    /// <summary><c>OpenSsl</c> or <c>SslStream</c>. Default OpenSsl, which costs less in every scenario measured; without libssl.so.3 or with Transport:Kind Sockets it becomes SslStream, with a warning.</summary>
    public TlsEngine Engine { get; set; }

    /// <summary>Longest time from the connection's first byte to the end of the handshake, and to that byte. Default 10 s (Kestrel's).</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Ciphers of TLS 1.2, in OpenSSL's words. Default: those with forward secrecy and authenticated encryption.</summary>
    public string Ciphers { get; set; } = "ECDHE+AESGCM:ECDHE+CHACHA20";

    /// <summary>Key exchange groups, in OpenSSL's words, best first. Default null: the curves, hybrid with ML-KEM first where the library has it, none of finite fields.</summary>
    public string? Groups { get; set; }

    /// <summary>How long a session can be resumed. Default 4 h.</summary>
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(4);

    /// <summary>Most sessions cached for TLS 1.2 clients without tickets. Default 20,480 (OpenSSL's), some 20 MiB at worst.</summary>
    public int SessionCacheSize { get; set; } = 20_480;

    /// <summary>File of the ticket keys, for processes that share them; made if missing. Default none: keys of this process in memory.</summary>
    public string? TicketKeyFile { get; set; }

    /// <summary>How old the newest ticket key gets. 0 with TicketKeyFile: somebody else replaces the file. Default 1 h.</summary>
    public TimeSpan TicketKeyInterval { get; set; } = TimeSpan.FromHours(1);

    public IEnumerable<OptionFault> Validate()
    {
        if (HandshakeTimeout <= TimeSpan.Zero)
        {
            yield return new OptionFault("Tls:HandshakeTimeout", $"{HandshakeTimeout}", "is not a positive time", "Write for example \"00:00:10\"");
        }

        if (SessionCacheSize < 1)
        {
            // 0 would mean no bound to OpenSSL.
            yield return new OptionFault("Tls:SessionCacheSize", $"{SessionCacheSize}", "is not a positive number", "Write for example 20480");
        }

        if (SessionLifetime <= TimeSpan.Zero || SessionLifetime > TimeSpan.FromDays(7))
        {
            yield return new OptionFault("Tls:SessionLifetime", $"{SessionLifetime}", "is not between 0 and 7 days (RFC 8446)", "Write for example \"04:00:00\"");
        }

        if (TicketKeyInterval < TimeSpan.Zero || (TicketKeyInterval == TimeSpan.Zero && TicketKeyFile is null))
        {
            yield return new OptionFault("Tls:TicketKeyInterval", $"{TicketKeyInterval}", "would never replace the keys", "Write for example \"01:00:00\", or name a TicketKeyFile that something else replaces");
        }

        if (TicketKeyFile is { } file && !Directory.Exists(Path.GetDirectoryName(file)))
        {
            yield return new OptionFault("Tls:TicketKeyFile", file, "is in no folder", "Name a file in a folder that only the routers may write to");
        }
    }
}
