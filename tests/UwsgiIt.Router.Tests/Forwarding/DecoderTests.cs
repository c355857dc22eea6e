using System.Text;
using CsCheck;
using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.Tests.Forwarding;

public sealed class DecoderTests
{
    [Fact]
    public void Chunked_AnySplit_GivesTheSamePayload() => Gen.Select(Gen.Byte.Array[0, 400], Gen.Int[1, 50].Array[1, 20], Gen.Int[1, 40].Array[1, 20]).Sample((payload, chunks, cuts) =>
    {
        var decoder = new ChunkedDecoder();
        Assert.Equal(payload, Feed(decoder, Chunk(payload, chunks), cuts));
        Assert.True(decoder.IsComplete);
        Assert.False(decoder.IsFaulted);
    });

    [Fact]
    public void FastCgi_AnySplit_GivesTheSamePayload() => Gen.Select(Gen.Byte.Array[0, 400], Gen.Int[1, 50].Array[1, 20], Gen.Int[1, 40].Array[1, 20], Gen.Int[0, 255]).Sample((payload, pieces, cuts, padding) =>
    {
        var decoder = new FastCgiDecoder();
        Assert.Equal(payload, Feed(decoder, Records(payload, pieces, padding), cuts));
        Assert.True(decoder.IsComplete);
        Assert.False(decoder.IsFaulted);
    });

    [Theory]
    [InlineData("5\r\nhello\r\n0\r\n\r\n", "hello", true, false)]
    [InlineData("5;x=y\r\nhello\r\n0\r\nTrailer: v\r\n\r\n", "hello", true, false)]
    [InlineData("5\r\nhello\r\n0\r\n\r\nextra", "hello", true, true)]
    [InlineData("5\nhello\r\n0\r\n\r\n", "", false, true)]
    [InlineData("5\r\nhelloX\r\n", "hello", false, true)]
    [InlineData("\r\n", "", false, true)]
    [InlineData("-5\r\nhello", "", false, true)]
    [InlineData("ffffffffffffffff\r\n", "", false, true)]
    [InlineData("5\r\nhel", "hel", false, false)]
    [InlineData("0\r\nbad\n\r\n", "", false, true)]
    public void Chunked_Text_IsJudged(string wire, string payload, bool isComplete, bool isFaulted)
    {
        var decoder = new ChunkedDecoder();
        Assert.Equal(payload, Encoding.ASCII.GetString(Feed(decoder, Encoding.ASCII.GetBytes(wire), [wire.Length])));
        Assert.Equal((isComplete, isFaulted), (decoder.IsComplete, decoder.IsFaulted));
        Assert.Equal(isComplete, decoder.EndsWithClose());
    }

    [Fact]
    public void FastCgi_ForeignRequestId_IsFaulted() => AssertFault([1, 6, 0, 2, 0, 1, 0, 0, 65]);

    [Fact]
    public void FastCgi_WrongVersion_IsFaulted() => AssertFault([2, 6, 0, 1, 0, 1, 0, 0, 65]);

    [Fact]
    public void FastCgi_BytesAfterTheEnd_AreFaulted() => AssertFault([1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);

    [Fact]
    public void FastCgi_UnknownType_IsSkipped()
    {
        var decoder = new FastCgiDecoder();
        Assert.Equal("A"u8.ToArray(), Feed(decoder, [1, 99, 0, 1, 0, 2, 1, 0, 7, 7, 0, 1, 6, 0, 1, 0, 1, 0, 0, 65], [3]));
        Assert.False(decoder.IsFaulted);
    }

    [Fact]
    public void FastCgi_EndlessStandardError_IsKeptUpToABound()
    {
        var decoder = new FastCgiDecoder();
        var record = new byte[8 + 1000];
        FastCgiCodec.WriteRecord(record, FastCgiDecoder.Stderr, 1000);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(0, decoder.Decode(record.ToArray()));
        }

        Assert.Equal(2048, decoder.ErrorBytes);
        Assert.False(decoder.IsFaulted);
    }

    [Fact]
    public void AnyDecoder_AnyBytes_NeverThrows() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        foreach (var decoder in new IResponseDecoder[] { new ChunkedDecoder(), new FastCgiDecoder(), new LengthDecoder().Expect(10), new CloseDecoder() })
        {
            Assert.InRange(decoder.Decode(bytes.ToArray()), 0, bytes.Length);
        }
    });

    private static void AssertFault(byte[] wire)
    {
        var decoder = new FastCgiDecoder();
        decoder.Decode(wire);
        Assert.True(decoder.IsFaulted);
    }

    private static byte[] Feed(IResponseDecoder decoder, byte[] wire, int[] cuts)
    {
        var output = new List<byte>();
        for (int position = 0, cut = 0; position < wire.Length; cut++)
        {
            var piece = wire.AsSpan(position, Math.Min(cuts[cut % cuts.Length], wire.Length - position)).ToArray();
            position += piece.Length;
            output.AddRange(piece.AsSpan(0, decoder.Decode(piece)));
        }

        return [.. output];
    }

    private static byte[] Chunk(byte[] payload, int[] sizes)
    {
        var wire = new List<byte>();
        for (int position = 0, index = 0; position < payload.Length; index++)
        {
            var size = Math.Min(sizes[index % sizes.Length], payload.Length - position);
            wire.AddRange(Encoding.ASCII.GetBytes($"{size:x}\r\n"));
            wire.AddRange(payload.AsSpan(position, size));
            wire.AddRange("\r\n"u8);
            position += size;
        }

        wire.AddRange("0\r\n\r\n"u8);
        return [.. wire];
    }

    private static byte[] Records(byte[] payload, int[] sizes, int padding)
    {
        var wire = new List<byte>();
        for (int position = 0, index = 0; position < payload.Length; index++)
        {
            var size = Math.Min(sizes[index % sizes.Length], payload.Length - position);
            var record = new byte[8 + size + padding];
            FastCgiCodec.WriteRecord(record, FastCgiDecoder.Stdout, size);
            record[6] = (byte)padding;
            payload.AsSpan(position, size).CopyTo(record.AsSpan(8));
            wire.AddRange(record);
            position += size;
        }

        var end = new byte[16];
        FastCgiCodec.WriteRecord(end, FastCgiDecoder.EndRequest, 8);
        wire.AddRange(end);
        return [.. wire];
    }
}
