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
    private const byte GoAway = 7;
    private const byte WindowUpdate = 8;
    private const byte Continuation = 9;
    private const byte Unknown = 10;
    private const byte EndStreamOrAcknowledge = 1;

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
            while (!IsCut && _received.TryRead(ref rest, out var type, out var flags, out var length))
            {
                CountReceived(type, flags, length);
            }
        }
    }

    /// <summary>A client may also have us send resets, by frames that are wrong for a stream only.</summary>
    public void Sent(ReadOnlySpan<byte> bytes)
    {
        while (_sent.TryRead(ref bytes, out var type, out _, out _))
        {
            if (type == Reset)
            {
                CountAbuse(Interlocked.Increment(ref _resets) > limits.Options.MaxResets, ConnectionRefusal.Resets);
            }
        }
    }

    private void CountReceived(byte type, byte flags, int length)
    {
        BeginSpan();
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
            case GoAway:
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
        if (Interlocked.Exchange(ref _isCut, 1) == 0)
        {
            metrics.ConnectionRefused(refusal);
            connection.Abort(new ConnectionAbortedException($"More {refusal} than one HTTP/2 connection may have."));
        }
    }
}
