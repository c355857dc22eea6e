using System.Buffers.Binary;

namespace UwsgiIt.Tuntap.Dns;

/// <summary>Answers we give ourselves.</summary>
internal static class DnsAnswer
{
    public const byte NoError = 0;
    public const byte ServerFailure = 2;
    public const byte NameError = 3;

    /// <summary>How long an address may be remembered, in seconds. Ours: a container may move to another server.</summary>
    private const int TimeToLive = 30;

    /// <summary>The query's header and question with a result and at most one address.</summary>
    public static byte[] Write(ReadOnlySpan<byte> query, DnsQuestion question, byte code, ReadOnlySpan<byte> address)
    {
        const int RecordBytes = 12;
        var answer = new byte[question.EndOffset + (address.IsEmpty ? 0 : RecordBytes + address.Length)];
        query[..question.EndOffset].CopyTo(answer);

        // Response, authoritative, recursion available; recursion desired as asked.
        answer[2] = (byte)(0x84 | (query[2] & 1));
        answer[3] = (byte)(0x80 | code);
        answer.AsSpan(6, 6).Clear();
        if (!address.IsEmpty)
        {
            answer[7] = 1;
            var record = answer.AsSpan(question.EndOffset);
            BinaryPrimitives.WriteUInt16BigEndian(record, 0xc00c);
            BinaryPrimitives.WriteUInt16BigEndian(record[2..], question.Type);
            BinaryPrimitives.WriteUInt16BigEndian(record[4..], 1);
            BinaryPrimitives.WriteInt32BigEndian(record[6..], TimeToLive);
            BinaryPrimitives.WriteUInt16BigEndian(record[10..], (ushort)address.Length);
            address.CopyTo(record[RecordBytes..]);
        }

        return answer;
    }
}
