using System.Buffers;
using Microsoft.AspNetCore.Connections;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Edge;

/// <summary>
/// Budgets for the frames of an HTTP/2 connection that cost a server more than a client. Kestrel bounds what it holds, not how often it is
/// made to work: whoever goes beyond a budget is cut.
/// </summary>
internal sealed class Http2Meter(ConnectionContext connection, ConnectionLimits limits, RouterMetrics metrics)
{
    private const long SpanMilliseconds = 10_000;
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Settings = 4;
    private const byte Ping = 6;
    private const byte WindowUpdate = 8;
    private const byte Continuation = 9;
    private const byte Unknown = 10;
    private const byte EndStreamOrAcknowledge = 1;
    private const uint InternalError = 2;
    private const uint EnhanceYourCalm = 11;

    private readonly ClientAccount? _account = connection.Features.Get<ClientAccount>();
    private readonly int[] _control = new int[Unknown + 1];
    private Http2FrameReader _received = new(Http2FrameReader.PrefaceBytes);
    private Http2FrameReader _sent;
    private long _spanEnd;
    private int _resets;
    private int _windowUpdates;
    private long _headerBytes;
    private int _isCut;

    public bool IsCut => Volatile.Read(ref _isCut) != 0;

    public void Received(in ReadOnlySequence<byte> bytes)
    {
        foreach (var segment in bytes)
        {
            var rest = segment.Span;
            while (!IsCut && _received.TryRead(ref rest, out var frame))
            {
                CountReceived(frame);
            }
        }
    }

    /// <summary>
    /// A client may also have us send resets, by frames that are wrong for a stream only. And Kestrel has bounds of its own, on streams that were
    /// reset and are not yet wound up (it says ENHANCE_YOUR_CALM) and on what they have yet to write (it says INTERNAL_ERROR). On a busy machine
    /// they are met before ours, and then the cut is Kestrel's and the cause the same.
    /// </summary>
    public void Sent(ReadOnlySpan<byte> bytes)
    {
        while (_sent.TryRead(ref bytes, out var frame))
        {
            if (frame.Type == Reset)
            {
                CountAbuse(Interlocked.Increment(ref _resets) > limits.Options.MaxResets, ConnectionRefusal.Resets);
            }
            else if (frame.Error == EnhanceYourCalm || (frame.Error == InternalError && Volatile.Read(ref _resets) >= limits.Options.MaxStreams))
            {
                CountCut(ConnectionRefusal.Resets);
            }
        }
    }

    private void CountReceived(in Http2Frame frame)
    {
        BeginSpan();
        var (type, flags, length, _) = frame;
        switch (type)
        {
            case Headers:
                _headerBytes += length;
                break;
            case Reset:
                CountAbuse(Interlocked.Increment(ref _resets) > limits.Options.MaxResets, ConnectionRefusal.Resets);
                return;
            case WindowUpdate:
                _windowUpdates++;
                break;
            case Data when length > 0 || (flags & EndStreamOrAcknowledge) != 0:
            case Settings or Ping when (flags & EndStreamOrAcknowledge) != 0:
            case Http2FrameReader.GoAway:
                return;
            default:
                _headerBytes += type == Continuation ? length : 0;
                CountAbuse(++_control[Math.Min(type, Unknown)] > limits.Options.MaxControlFrames, ConnectionRefusal.ControlFrames);
                break;
        }

        if (_windowUpdates > limits.Options.MaxWindowUpdates)
        {
            Cut(ConnectionRefusal.WindowUpdates);
        }
        else if (_headerBytes > limits.Options.MaxHeaderBytes)
        {
            Cut(ConnectionRefusal.HeaderBytes);
        }
    }

    private void BeginSpan()
    {
        var now = Environment.TickCount64;
        if (now > _spanEnd)
        {
            _spanEnd = now + SpanMilliseconds;
            _control.AsSpan().Clear();
            Volatile.Write(ref _resets, 0);
            _windowUpdates = 0;
            _headerBytes = 0;
        }
    }

    private void CountAbuse(bool isOver, ConnectionRefusal refusal)
    {
        if (isOver)
        {
            Cut(refusal);
        }
        else if (_account?.Abuse.Add() > limits.Options.MaxAbusePerAddress)
        {
            Cut(ConnectionRefusal.AddressAbuse);
        }
        else if (limits.Abuse.Add() > limits.Options.MaxAbuse)
        {
            Cut(ConnectionRefusal.TotalAbuse);
        }
    }

    private void Cut(ConnectionRefusal refusal)
    {
        if (CountCut(refusal))
        {
            connection.Abort(new ConnectionAbortedException($"More {refusal} than one HTTP/2 connection may have."));
        }
    }

    private bool CountCut(ConnectionRefusal refusal)
    {
        if (Interlocked.Exchange(ref _isCut, 1) != 0)
        {
            return false;
        }

        metrics.ConnectionRefused(refusal);
        return true;
    }
}
