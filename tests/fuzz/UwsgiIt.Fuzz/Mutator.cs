namespace UwsgiIt.Fuzz;

/// <summary>Changes seeds in the ways that hurt parsers: bits, lengths, pieces doubled, cut or swapped. The same seed gives the same run.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly byte[] Telling = [0, 1, 0x7f, 0x80, 0xff, (byte)'\r', (byte)'\n', (byte)':', (byte)' ', (byte)'%', (byte)'/', (byte)'.', (byte)';', (byte)'0'];

    private readonly Random _random = new(seed);

    public byte[] Next(IReadOnlyList<byte[]> seeds)
    {
        var bytes = new List<byte>(seeds[_random.Next(seeds.Count)]);
        for (var changes = _random.Next(1, 8); changes > 0; changes--)
        {
            Change(bytes, seeds);
        }

        return [.. bytes];
    }

    private void Change(List<byte> bytes, IReadOnlyList<byte[]> seeds)
    {
        if (bytes.Count == 0)
        {
            bytes.Add((byte)_random.Next(256));
            return;
        }

        var at = _random.Next(bytes.Count);
        var count = Math.Min(_random.Next(1, 16), bytes.Count - at);
        switch (_random.Next(7))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                bytes[at] = Telling[_random.Next(Telling.Length)];
                break;
            case 2:
                bytes.Insert(at, Telling[_random.Next(Telling.Length)]);
                break;
            case 3:
                bytes.RemoveRange(at, count);
                break;
            case 4:
                bytes.InsertRange(at, bytes.GetRange(at, count));
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                var other = seeds[_random.Next(seeds.Count)];
                var from = _random.Next(other.Length);
                bytes.InsertRange(at, other.Skip(from).Take(count));
                break;
        }
    }
}
