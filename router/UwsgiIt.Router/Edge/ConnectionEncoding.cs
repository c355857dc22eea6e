using System.Text;

namespace UwsgiIt.Router.Edge;

/// <summary>
/// How Kestrel reads a Connection header. Where it finds close, keep-alive or upgrade alone it writes that one word over the whole header,
/// and the names of the headers that must not be passed on are lost. Both of the first two words together keep it from doing so; what they
/// mean to it is close, which the odd client that nominates headers can live with.
/// </summary>
internal sealed class ConnectionEncoding : Encoding
{
    public static readonly ConnectionEncoding Instance = new();

    private const string Suffix = ", keep-alive, close";

    public override int GetCharCount(byte[] bytes, int index, int count) => count + (Nominates(bytes.AsSpan(index, count)) ? Suffix.Length : 0);

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        var count = Latin1.GetChars(bytes, byteIndex, byteCount, chars, charIndex);
        if (Nominates(bytes.AsSpan(byteIndex, byteCount)))
        {
            Suffix.CopyTo(chars.AsSpan(charIndex + count));
            count += Suffix.Length;
        }

        return count;
    }

    public override int GetMaxCharCount(int byteCount) => byteCount + Suffix.Length;

    public override int GetByteCount(char[] chars, int index, int count) => Latin1.GetByteCount(chars, index, count);

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public override int GetMaxByteCount(int charCount) => Latin1.GetMaxByteCount(charCount);

    private static bool Nominates(ReadOnlySpan<byte> value)
    {
        foreach (var part in value.Split((byte)','))
        {
            var word = value[part].Trim(" \t"u8);
            if (!word.IsEmpty && !Ascii.EqualsIgnoreCase(word, "keep-alive"u8) && !Ascii.EqualsIgnoreCase(word, "close"u8) && !Ascii.EqualsIgnoreCase(word, "upgrade"u8))
            {
                return true;
            }
        }

        return false;
    }
}
