using UwsgiIt.Linux;
using UwsgiIt.Router.Tls;

namespace UwsgiIt.Router.Transport;

/// <summary>The client's TLS: between its reader and writer and the socket, without a buffer of its own.</summary>
internal sealed partial class LoopClient : ITlsCarrier
{
    private TlsSession? _tls;
    private LoopSource<bool>? _handshake;

    /// <summary>Waits for the client's first bytes, before anything is spent on it; false when it left without.</summary>
    public async ValueTask<bool> FirstBytesAsync()
    {
        _handshake = new LoopSource<bool>(Loop);
        if (_reader.HasBuffered)
        {
            // Whoever read before us, a PROXY header for example, has read on into the hello.
            SetNews();
            return true;
        }

        var wait = _handshake.Begin();
        if (MayReceive())
        {
            // Nothing was taken yet.
            SetNews();
        }
        else
        {
            await wait;
        }

        return !PeerClosed || HasBytes;
    }

    /// <summary>Shakes hands, on the loop; afterwards what is read and written is plain text.</summary>
    public async ValueTask<TlsProgress> HandshakeAsync(TlsSession session)
    {
        _tls = session;
        while (true)
        {
            var wait = _handshake!.Begin();
            if (!MayReceive())
            {
                await wait;
                continue;
            }

            var progress = session.Handshake();
            while (session.Flush() == StreamSocket.WouldBlock)
            {
                wait = _handshake.Begin();
                if (WaitWritable())
                {
                    await wait;
                }
            }

            if (progress != TlsProgress.Waits)
            {
                EndHandshake(session, progress);
                return progress;
            }
        }
    }

    int ITlsCarrier.Receive(Span<byte> buffer)
    {
        if (_handshake is null || !_reader.HasBuffered)
        {
            return Receive(buffer);
        }

        // The socket has not been asked yet.
        SetNews();
        return _reader.TakeBuffered(buffer);
    }

    int ITlsCarrier.Send(ReadOnlySpan<byte> buffer) => base.Send(buffer);

    /// <summary>True when no ciphertext is left over; false once the writer waits to send it.</summary>
    public bool TryFlush()
    {
        while (_tls is not null && _tls.Flush() == StreamSocket.WouldBlock)
        {
            if (WaitWritable())
            {
                return false;
            }
        }

        return true;
    }

    private void EndHandshake(TlsSession session, TlsProgress progress)
    {
        _handshake = null;
        if (progress == TlsProgress.Plain)
        {
            // It can be answered in what it speaks.
            _tls = null;
            session.Dispose();
        }
        else
        {
            if (session.HasPending)
            {
                SetNews();
            }

            LookBehind();
        }
    }

    private int ReceiveTls(Span<byte> buffer)
    {
        var count = _tls!.Read(buffer);
        if (_tls.HasPending)
        {
            SetNews();
        }

        LookBehind();
        return count;
    }
}
