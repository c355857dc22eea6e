using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace UwsgiIt.Router.FastRouter;

/// <summary>A response on a uwsgi connection: its head as HTTP text before the first byte of its body. The end of the connection is the end of it.</summary>
internal sealed class ResponseWriter(PipeWriter output, UwsgiExchange exchange, TimeSpan idleTimeout) : PipeWriter
{
    public bool HasStarted { get; private set; }

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Start();
        return output.GetMemory(sizeHint);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        Start();
        return output.GetSpan(sizeHint);
    }

    public override void Advance(int bytes) => output.Advance(bytes);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        Start();
        var flush = output.FlushAsync(CancellationToken.None);
        return flush.IsCompleted ? flush : FlushInTimeAsync(flush);
    }

    public override void CancelPendingFlush() => output.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        // The connection's end is its handler's.
    }

    /// <summary>Writes the head, once.</summary>
    public void Start()
    {
        if (HasStarted)
        {
            return;
        }

        HasStarted = true;
        Write("HTTP/1.1 "u8);
        WriteNumber(exchange.StatusCode);
        Write(" "u8);
        WriteText(exchange.ReasonPhrase ?? ReasonPhrases.GetReasonPhrase(exchange.StatusCode));
        Write("\r\n"u8);
        foreach (var (name, values) in exchange.ResponseHeaders)
        {
            foreach (var value in values)
            {
                WriteText(name);
                Write(": "u8);
                WriteText(value ?? "");
                Write("\r\n"u8);
            }
        }

        Write(exchange.StatusCode == StatusCodes.Status101SwitchingProtocols ? "Connection: Upgrade\r\n\r\n"u8 : "\r\n"u8);
    }

    /// <summary>A peer that stops reading is cut off, as one that stops sending is.</summary>
    private async ValueTask<FlushResult> FlushInTimeAsync(ValueTask<FlushResult> flush)
    {
        using var deadline = new CancellationTokenSource(idleTimeout);
        using var abort = deadline.Token.UnsafeRegister(static state => ((UwsgiExchange)state!).Abort(), exchange);
        return await flush;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(output.GetSpan(bytes.Length));
        output.Advance(bytes.Length);
    }

    private void WriteText(string text)
    {
        Encoding.Latin1.GetBytes(text, output.GetSpan(text.Length));
        output.Advance(text.Length);
    }

    private void WriteNumber(int number)
    {
        Utf8Formatter.TryFormat(number, output.GetSpan(11), out var count);
        output.Advance(count);
    }
}
