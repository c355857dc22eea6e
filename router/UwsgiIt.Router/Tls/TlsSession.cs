using UwsgiIt.Linux;
using UwsgiIt.Router.Buffers;
using UwsgiIt.Router.Certificates;
using UwsgiIt.Router.Edge;
using static UwsgiIt.Router.Tls.NativeSsl;

namespace UwsgiIt.Router.Tls;

/// <summary>
/// One client's TLS over a socket. Reads come from its loop, writes from any thread; a lock keeps them apart, since OpenSSL's object is not
/// for two threads. Ciphertext that the socket does not take waits here, and nothing more is read or written before it has gone.
/// </summary>
internal sealed unsafe class TlsSession : IDisposable
{
    public const int WouldBlock = StreamSocket.WouldBlock;

    /// <summary>Returned when the client broke the protocol (EPROTO).</summary>
    public const int BrokenProtocol = -71;

    private const int BrokenPipe = -32;
    private const byte HandshakeRecord = 0x16;

    // Ours: what OpenSSL may write while nobody reads, beside one record: answers to key updates.
    private const int MaxUnsent = 64 * 1024;

    [ThreadStatic]
    private static TlsSession? _current;

    private readonly Lock _use = new();
    private readonly ITlsCarrier _carrier;
    private nint _ssl; // guarded by _use
    private byte[]? _unsent; // guarded by _use, as the two below
    private int _unsentStart;
    private int _unsentEnd;
    private int _sendError;
    private bool _mayReceive;
    private bool _hasBegun;
    private bool _isPlain;
    private int _received;
    private bool _isBroken;

    public TlsSession(OpenSslContext context, ITlsCarrier carrier)
    {
        Context = context;
        _carrier = carrier;
        _ssl = context.NewConnection();
        var bio = TlsBio.New();
        SSL_set_bio(_ssl, bio, bio);
        SSL_set_accept_state(_ssl);
    }

    /// <summary>The session whose call into OpenSSL is under way on this thread.</summary>
    public static TlsSession? Current => _current;

    public OpenSslContext Context { get; }

    /// <summary>Name in the client's hello, or null.</summary>
    public string? SniName { get; private set; }

    /// <summary>What there is to staple to its certificate, or null.</summary>
    public OcspStaple? Staple { get; set; }

    /// <summary>What the name is served with; null before the hello.</summary>
    public CertificateBinding? Binding { get; private set; }

    /// <summary>Where the handshake is counted; null where nobody counts.</summary>
    public HandshakePlace? Place { get; init; }

    /// <summary>The name has its share of handshakes under way.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>The client speaks HTTP/2, by ALPN.</summary>
    public bool IsHttp2 { get; set; }

    /// <summary>Why the handshake failed, in OpenSSL's words, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>True when something can be read without the socket.</summary>
    public bool HasPending { get; private set; }

    /// <summary>Goes on with the handshake as far as it comes without waiting.</summary>
    public TlsProgress Handshake()
    {
        lock (_use)
        {
            if (_ssl == 0)
            {
                return TlsProgress.Ended;
            }

            var previous = Enter();
            NativeCrypto.ERR_clear_error();
            var result = SSL_do_handshake(_ssl);
            _current = previous;
            if (result == 1)
            {
                HasPending = SSL_has_pending(_ssl) != 0;
                return TlsProgress.Done;
            }

            if (Waits)
            {
                return TlsProgress.Waits;
            }

            _isBroken = true;
            Problem = OpenSslLibrary.TakeError();
            return _isPlain ? TlsProgress.Plain : Problem is null || _sendError != 0 ? TlsProgress.Ended : TlsProgress.Failed;
        }
    }

    /// <summary>Reads: a count, 0 at the end, <see cref="WouldBlock"/>, <see cref="BrokenProtocol"/> or another negated errno.</summary>
    public int Read(Span<byte> buffer)
    {
        lock (_use)
        {
            if (_ssl == 0 || _isBroken)
            {
                return _ssl == 0 ? 0 : BrokenProtocol;
            }

            var previous = Enter();
            var total = 0;
            var result = 0;
            fixed (byte* pointer = buffer)
            {
                do
                {
                    result = SSL_read(_ssl, pointer + total, buffer.Length - total);
                    total += Math.Max(result, 0);
                }
                while (result > 0 && total < buffer.Length && (_mayReceive || SSL_has_pending(_ssl) != 0));
            }

            _current = previous;
            var waits = result <= 0 && Waits;

            // A fault behind what was read is found by the next call.
            HasPending = total > 0 && !waits && (result <= 0 || SSL_has_pending(_ssl) != 0);
            return total > 0 ? total : waits ? WouldBlock : End();
        }
    }

    /// <summary>True when the stream has ended and nothing is left to read. Looks at what has come, without taking it.</summary>
    public bool IsAtEnd()
    {
        lock (_use)
        {
            if (_ssl == 0 || _isBroken)
            {
                return true;
            }

            var previous = Enter();
            byte one;
            var result = SSL_peek(_ssl, &one, 1);
            _current = previous;
            return result <= 0 && !Waits;
        }
    }

    /// <summary>Encrypts and sends what fits: a count, <see cref="WouldBlock"/> or another negated errno.</summary>
    public int Write(ReadOnlySpan<byte> buffer)
    {
        lock (_use)
        {
            var sent = SendUnsent();
            if (sent < 0)
            {
                return sent;
            }

            if (_ssl == 0 || _isBroken)
            {
                return BrokenPipe;
            }

            var previous = Enter();
            int count;
            fixed (byte* pointer = buffer)
            {
                count = SSL_write(_ssl, pointer, buffer.Length);
            }

            _current = previous;
            if (count > 0)
            {
                return count;
            }

            _isBroken = true;
            NativeCrypto.ERR_clear_error();
            return _sendError != 0 ? _sendError : BrokenPipe;
        }
    }

    /// <summary>Sends what an earlier write left: 0 when all has gone, <see cref="WouldBlock"/> or another negated errno.</summary>
    public int Flush()
    {
        lock (_use)
        {
            return SendUnsent();
        }
    }

    /// <summary>Tells the client that nothing more will come.</summary>
    public void SendClose()
    {
        lock (_use)
        {
            if (_ssl != 0 && !_isBroken && _sendError == 0)
            {
                var previous = Enter();
                _ = SSL_shutdown(_ssl);
                _current = previous;
                NativeCrypto.ERR_clear_error();
            }
        }
    }

    /// <summary>What was agreed. After the handshake.</summary>
    public TlsAgreement Agreement()
    {
        lock (_use)
        {
            ObjectDisposedException.ThrowIf(_ssl == 0, this);
            return Context.Agreement(_ssl);
        }
    }

    /// <summary>DER of the client's certificate, or null. After the handshake.</summary>
    public byte[]? PeerCertificate()
    {
        lock (_use)
        {
            ObjectDisposedException.ThrowIf(_ssl == 0, this);
            var certificate = SSL_get1_peer_certificate(_ssl);
            if (certificate == 0)
            {
                return null;
            }

            var bytes = new byte[NativeCrypto.i2d_X509(certificate, null)];
            fixed (byte* pointer = bytes)
            {
                var end = pointer;
                _ = NativeCrypto.i2d_X509(certificate, &end);
            }

            NativeCrypto.X509_free(certificate);
            return bytes;
        }
    }

    /// <summary>Has no later connection resume this session, for names with client certificates.</summary>
    public void Forget()
    {
        lock (_use)
        {
            if (_ssl != 0)
            {
                _ = SSL_CTX_remove_session(Context.Handle, SSL_get_session(_ssl));
            }
        }
    }

    public void Dispose()
    {
        lock (_use)
        {
            if (_ssl != 0)
            {
                // A connection that the client cut is no reason to forget its session.
                SSL_set_shutdown(_ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
                var previous = Enter();
                SSL_free(_ssl);
                _current = previous;
                _ssl = 0;
            }

            ReturnUnsent();
        }
    }

    /// <summary>Called back with the client's hello: the name, and the certificate to use. False: the handshake is to end.</summary>
    public bool TrySelect(string? sniName, CertificateBinding binding)
    {
        SniName = sniName;
        Binding = binding;
        IsRefused = Place?.TryName(binding) == false;
        return !IsRefused;
    }

    /// <summary>Called back for more ciphertext.</summary>
    public int ReceiveCiphertext(Span<byte> buffer)
    {
        // Less than asked for has emptied the socket: no need to ask again.
        _received = _mayReceive ? _carrier.Receive(buffer) : WouldBlock;
        _mayReceive = _received == buffer.Length;
        if (_received > 0 && !_hasBegun)
        {
            _hasBegun = true;
            if (buffer[0] != HandshakeRecord)
            {
                _isPlain = true;
                _received = BrokenProtocol;
            }
        }

        return _received;
    }

    /// <summary>Called back with ciphertext; false when it cannot go. What the socket does not take waits.</summary>
    public bool SendCiphertext(ReadOnlySpan<byte> buffer)
    {
        if (_unsent is null && _sendError == 0)
        {
            var count = _carrier.Send(buffer);
            if (count == buffer.Length)
            {
                return true;
            }

            if (count >= 0)
            {
                buffer = buffer[count..];
            }
            else if (count != WouldBlock)
            {
                _sendError = count;
            }
        }

        return _sendError == 0 && TryKeep(buffer);
    }

    // Wanting to read is also how OpenSSL is left by the socket's end and faults.
    private bool Waits => SSL_want(_ssl) == SSL_READING && _received == WouldBlock;

    private TlsSession? Enter()
    {
        var previous = _current;
        _current = this;
        _mayReceive = true;
        _received = BrokenProtocol;
        return previous;
    }

    /// <summary>Why nothing more can be read. An end without the protocol's goodbye counts as one: HTTP knows by itself whether something is missing.</summary>
    private int End()
    {
        if ((SSL_get_shutdown(_ssl) & SSL_RECEIVED_SHUTDOWN) != 0)
        {
            return 0;
        }

        Problem = OpenSslLibrary.TakeError();
        if (Problem is null && _received is 0 or < 0 and not WouldBlock)
        {
            return _received;
        }

        _isBroken = true;
        return BrokenProtocol;
    }

    private bool TryKeep(ReadOnlySpan<byte> buffer)
    {
        if (_unsentEnd + buffer.Length > MaxUnsent)
        {
            return false;
        }

        _unsent ??= ByteBuffers.Rent(MaxUnsent);
        buffer.CopyTo(_unsent.AsSpan(_unsentEnd));
        _unsentEnd += buffer.Length;
        return true;
    }

    private int SendUnsent()
    {
        while (_unsent is not null)
        {
            var count = _carrier.Send(_unsent.AsSpan(_unsentStart, _unsentEnd - _unsentStart));
            if (count < 0)
            {
                _sendError = count == WouldBlock ? 0 : count;
                return count;
            }

            _unsentStart += count;
            if (_unsentStart == _unsentEnd)
            {
                ReturnUnsent();
            }
        }

        return _sendError;
    }

    private void ReturnUnsent()
    {
        if (_unsent is { } buffer)
        {
            _unsent = null;
            _unsentStart = _unsentEnd = 0;
            ByteBuffers.Return(buffer);
        }
    }
}
