using System.Buffers.Binary;
using System.Buffers.Text;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Resources;

/// <summary>Where a list goes on; opaque to clients.</summary>
internal static class Cursor
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 1000;

    public static string Write(long id)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, id);
        return Base64Url.EncodeToString(bytes);
    }

    public static long Read(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return 0;
        }

        Span<byte> bytes = stackalloc byte[8];
        return text.Length == 11 && Base64Url.IsValid(text, out var length) && length == 8 && Base64Url.TryDecodeFromChars(text, bytes, out _) ? BinaryPrimitives.ReadInt64BigEndian(bytes) : throw Fault.Invalid("after", "is no cursor of ours");
    }

    public static int Limit(int? limit) => limit is null ? DefaultLimit : TextRules.InRange("limit", limit.Value, 1, MaxLimit);
}
