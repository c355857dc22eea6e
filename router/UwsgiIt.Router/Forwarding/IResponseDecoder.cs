namespace UwsgiIt.Router.Forwarding;

/// <summary>
/// Takes the framing out of a response, in place: whatever arrives is consumed, whatever is payload moves to the front. Any split of the
/// input gives the same payload.
/// </summary>
internal interface IResponseDecoder
{
    /// <summary>True once the response ended as its framing promised.</summary>
    bool IsComplete { get; }

    /// <summary>True once the framing was broken or more came than was promised; nothing after that is payload.</summary>
    bool IsFaulted { get; }

    /// <summary>Payload bytes now at the front of <paramref name="data"/>.</summary>
    int Decode(Span<byte> data);

    /// <summary>The upstream closed. True when that is a proper end.</summary>
    bool EndsWithClose();
}
