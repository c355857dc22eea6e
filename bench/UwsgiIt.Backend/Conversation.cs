namespace UwsgiIt.Backend;

/// <summary>One protocol's side of a connection: takes bytes, gives bytes. Requests are trusted; this is no server for the world.</summary>
internal abstract class Conversation
{
    // Answers are cut from one array, so that a large one costs no copy of ours.
    private static readonly byte[] Filler = [.. Enumerable.Repeat((byte)'x', 64 << 20)];
    private static readonly byte[] Greeting = "Hello, world!"u8.ToArray();

    /// <summary>True when the connection is to be closed once what was answered is sent.</summary>
    public bool IsEnded { get; protected set; }

    /// <summary>Takes what it can of the input, and says how much that was; answers go to the output.</summary>
    public abstract int Take(ReadOnlySpan<byte> input, Output output);

    /// <summary>The body that a path asks for: <c>/N</c> is N bytes (64 MiB at the most), everything else the 13 of a greeting.</summary>
    protected static ReadOnlyMemory<byte> BodyOf(ReadOnlySpan<byte> path) =>
        path.Length > 1 && System.Buffers.Text.Utf8Parser.TryParse(path[1..], out int length, out _) && length >= 0 && length <= Filler.Length ? Filler.AsMemory(0, length) : Greeting;
}
