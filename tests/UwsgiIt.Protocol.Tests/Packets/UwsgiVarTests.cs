using CsCheck;
using UwsgiIt.Protocol.Packets;

namespace UwsgiIt.Protocol.Tests.Packets;

public sealed class UwsgiVarTests
{
    private static readonly Gen<(byte[] Name, byte[] Value)[]> Records =
        Gen.Select(Gen.Byte.Array[1, 40], Gen.Byte.Array[0, 300]).Array[0, 30];

    [Fact]
    public void Block_WrittenThenRead_IsTheSame() => Records.Sample(records =>
    {
        var buffer = new byte[UwsgiIt.Protocol.ProtocolLimits.MaxVarBlockBytes];
        var writer = new UwsgiVarWriter(buffer);
        foreach (var (name, value) in records)
        {
            Assert.True(writer.TryWrite(name, value));
        }

        var reader = new UwsgiVarReader(buffer.AsSpan(0, writer.Written));
        foreach (var (name, value) in records)
        {
            Assert.True(reader.TryRead(out var readName, out var readValue));
            Assert.Equal(name, readName.ToArray());
            Assert.Equal(value, readValue.ToArray());
        }

        Assert.False(reader.TryRead(out _, out _));
        Assert.False(reader.IsMalformed);
    });

    [Fact]
    public void Block_OfAnyBytes_IsReadToItsEndOrRefused() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        var reader = new UwsgiVarReader(bytes);
        var read = 0;
        while (reader.TryRead(out var name, out var value))
        {
            read += 4 + name.Length + value.Length;
            Assert.Equal(read, reader.Position);
        }

        Assert.Equal(!reader.IsMalformed, read == bytes.Length);
    });

    [Fact]
    public void Writer_RecordThatDoesNotFit_LeavesTheBlockAsItWas()
    {
        var writer = new UwsgiVarWriter(new byte[10]);
        Assert.True(writer.TryWrite("a"u8, "b"u8));
        Assert.False(writer.TryWrite("c"u8, "d"u8));
        Assert.False(writer.TryWrite(""u8, "d"u8));
        Assert.Equal(6, writer.Written);
    }

    [Fact]
    public void Header_IsLittleEndian()
    {
        Assert.True(UwsgiHeader.TryRead([224, 0xaa, 0x01, 0], out var header));
        Assert.Equal(new UwsgiHeader(224, 426, 0), header);
        var bytes = new byte[4];
        header.Write(bytes);
        Assert.Equal([224, 0xaa, 0x01, 0], bytes);
        Assert.False(UwsgiHeader.TryRead([1, 2, 3], out _));
    }
}
