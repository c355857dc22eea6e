namespace UwsgiIt.Router.Forwarding;

/// <summary>A body that lasts until the upstream closes.</summary>
internal sealed class CloseDecoder : IResponseDecoder
{
    public bool IsComplete { get; private set; }

    public bool IsFaulted => false;

    public int Decode(Span<byte> data) => data.Length;

    public bool EndsWithClose() => IsComplete = true;
}
