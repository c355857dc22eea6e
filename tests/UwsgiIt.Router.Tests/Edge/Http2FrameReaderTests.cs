using UwsgiIt.Router.Edge;

namespace UwsgiIt.Router.Tests.Edge;

public sealed class Http2FrameReaderTests
{
    // PING, GOAWAY (last stream 5, ENHANCE_YOUR_CALM, two bytes of text), GOAWAY that is too short to hold a code, RST_STREAM.
    private static readonly byte[] Bytes =
    [
        0, 0, 8, 6, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8,
        0, 0, 10, 7, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 11, 65, 66,
        0, 0, 4, 7, 0, 0, 0, 0, 0, 0, 0, 0, 11,
        0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8,
    ];

    private static readonly Http2Frame[] Frames = [new(6, 1, 8, 0), new(Http2FrameReader.GoAway, 0, 10, 11), new(Http2FrameReader.GoAway, 0, 4, 0), new(3, 0, 4, 0)];

    [Fact]
    public void Frames_AreTheSameWhereverTheBytesAreSplit()
    {
        for (var first = 0; first <= Bytes.Length; first++)
        {
            for (var second = first; second <= Bytes.Length; second++)
            {
                var reader = new Http2FrameReader();
                List<Http2Frame> seen = [.. Read(ref reader, Bytes.AsSpan(0, first)), .. Read(ref reader, Bytes.AsSpan(first, second - first)), .. Read(ref reader, Bytes.AsSpan(second))];
                Assert.Equal(Frames, seen);
            }
        }
    }

    private static List<Http2Frame> Read(ref Http2FrameReader reader, ReadOnlySpan<byte> bytes)
    {
        var frames = new List<Http2Frame>();
        while (reader.TryRead(ref bytes, out var frame))
        {
            frames.Add(frame);
        }

        return frames;
    }
}
