using System.Buffers.Binary;
using System.IO.Compression;

namespace UwsgiIt.Api.Metrics;

/// <summary>
/// How points are packed. Raw: one after the other in order of arrival, so that a chunk grows by appending bytes and nothing is read for it.
/// Steps: written once, sorted, deflated.
/// </summary>
internal static class MetricPoints
{
    /// <summary>Seconds in a chunk of raw points.</summary>
    public const int RawSpan = 3600;

    /// <summary>Bytes of a raw point: seconds into the chunk, value.</summary>
    public const int RawSize = 2 + 8;

    private const int StepSize = 4 + 8 + 8 + 8 + 8;

    public static void WriteRaw(Span<byte> destination, long start, RawPoint point)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)(point.Unix - start));
        BinaryPrimitives.WriteInt64LittleEndian(destination[2..], point.Value);
    }

    public static List<RawPoint> ReadRaw(long start, ReadOnlySpan<byte> data)
    {
        var points = new List<RawPoint>(data.Length / RawSize);
        for (; data.Length >= RawSize; data = data[RawSize..])
        {
            points.Add(new RawPoint(start + BinaryPrimitives.ReadUInt16LittleEndian(data), BinaryPrimitives.ReadInt64LittleEndian(data[2..])));
        }

        return points;
    }

    public static byte[] WriteSteps(long start, IReadOnlyList<StepPoint> points)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.Fastest))
        {
            // By column: neighbours are alike, and deflate sees it.
            var bytes = new byte[points.Count * StepSize];
            var (unix, last, min, max, average) = Columns(bytes, points.Count);
            for (var i = 0; i < points.Count; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(unix[(i * 4)..], (uint)(points[i].Unix - start));
                BinaryPrimitives.WriteInt64LittleEndian(last[(i * 8)..], points[i].Last);
                BinaryPrimitives.WriteInt64LittleEndian(min[(i * 8)..], points[i].Last - points[i].Min);
                BinaryPrimitives.WriteInt64LittleEndian(max[(i * 8)..], points[i].Max - points[i].Last);
                BinaryPrimitives.WriteDoubleLittleEndian(average[(i * 8)..], points[i].Average);
            }

            deflate.Write(bytes);
        }

        return output.ToArray();
    }

    public static List<StepPoint> ReadSteps(long start, byte[] data)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(new MemoryStream(data), CompressionMode.Decompress))
        {
            deflate.CopyTo(output);
        }

        var bytes = output.ToArray();
        var count = bytes.Length / StepSize;
        var (unix, last, min, max, average) = Columns(bytes, count);
        var points = new List<StepPoint>(count);
        for (var i = 0; i < count; i++)
        {
            var value = BinaryPrimitives.ReadInt64LittleEndian(last[(i * 8)..]);
            points.Add(new StepPoint(start + BinaryPrimitives.ReadUInt32LittleEndian(unix[(i * 4)..]), value, value - BinaryPrimitives.ReadInt64LittleEndian(min[(i * 8)..]), value + BinaryPrimitives.ReadInt64LittleEndian(max[(i * 8)..]), BinaryPrimitives.ReadDoubleLittleEndian(average[(i * 8)..])));
        }

        return points;
    }

    /// <summary>Points gathered into steps, oldest first.</summary>
    public static List<StepPoint> Gather(IEnumerable<StepPoint> points, int step)
    {
        var steps = new List<StepPoint>();
        foreach (var group in points.GroupBy(point => point.Unix - (point.Unix % step)).OrderBy(static group => group.Key))
        {
            var last = group.MaxBy(static point => point.Unix);
            steps.Add(new StepPoint(group.Key, last.Last, group.Min(static point => point.Min), group.Max(static point => point.Max), group.Average(static point => point.Average)));
        }

        return steps;
    }

    private static StepColumns Columns(Span<byte> bytes, int count) => new(bytes, count);

    private readonly ref struct StepColumns(Span<byte> bytes, int count)
    {
        private readonly Span<byte> _bytes = bytes;
        private readonly int _count = count;

        public void Deconstruct(out Span<byte> unix, out Span<byte> last, out Span<byte> min, out Span<byte> max, out Span<byte> average)
        {
            unix = _bytes[..(_count * 4)];
            last = _bytes.Slice(_count * 4, _count * 8);
            min = _bytes.Slice(_count * 12, _count * 8);
            max = _bytes.Slice(_count * 20, _count * 8);
            average = _bytes.Slice(_count * 28, _count * 8);
        }
    }
}
