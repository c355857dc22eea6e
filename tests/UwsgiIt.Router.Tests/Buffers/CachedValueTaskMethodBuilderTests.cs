using System.Runtime.CompilerServices;
using UwsgiIt.Router.Buffers;

namespace UwsgiIt.Router.Tests.Buffers;

public sealed class CachedValueTaskMethodBuilderTests
{
    [Fact]
    public async Task Result_ComesAtOnceOrLater()
    {
        Assert.Equal(7, await AddAsync(Task.FromResult(3), Task.FromResult(4)));
        var (first, second) = (new TaskCompletionSource<int>(), new TaskCompletionSource<int>());
        var sum = AddAsync(first.Task, second.Task);
        Assert.False(sum.IsCompleted);
        first.SetResult(1);
        second.SetResult(2);
        Assert.Equal(3, await sum);
    }

    [Fact]
    public async Task Exception_BeforeAndAfterAWait_ReachesTheAwaiter()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await AddAsync(Task.FromException<int>(new InvalidOperationException()), Task.FromResult(1)));
        var later = new TaskCompletionSource<int>();
        var sum = AddAsync(later.Task, Task.FromResult(1));
        later.SetException(new InvalidOperationException());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await sum);
    }

    [Fact]
    public async Task ManyAtOnce_NeverMixTheirResults()
    {
        for (var round = 0; round < 20; round++)
        {
            var sources = Enumerable.Range(0, 500).Select(static _ => new TaskCompletionSource<int>()).ToArray();
            var sums = sources.Select(static (source, i) => NestedAsync(source.Task, i).AsTask()).ToArray();
            await Task.WhenAll(Partition(sources));
            Assert.Equal(Enumerable.Range(0, 500).Select(static i => (2 * i) + 2), await Task.WhenAll(sums));
        }
    }

    [Fact]
    public async Task SuspendedMethod_AllocatesNothing_OnceWarm()
    {
        var gate = new Gate();
        var allocated = 0L;
        for (var i = 0; i < 200; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var waiting = ThroughAsync(gate);
            gate.Open(i);
            var result = await waiting;
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(i, result);
        }

        Assert.Equal(0, allocated);
    }

    [AsyncMethodBuilder(typeof(CachedValueTaskMethodBuilder<>))]
    private static async ValueTask<int> AddAsync(Task<int> first, Task<int> second) => await first + await second;

    [AsyncMethodBuilder(typeof(CachedValueTaskMethodBuilder<>))]
    private static async ValueTask<int> NestedAsync(Task<int> source, int number) => await AddAsync(source, Task.FromResult(1)) + number + await AddAsync(Task.FromResult(1), Task.FromResult(0));

    [AsyncMethodBuilder(typeof(CachedValueTaskMethodBuilder<>))]
    private static async ValueTask<int> ThroughAsync(Gate gate) => await gate.WaitAsync();

    /// <summary>Completes them from several threads.</summary>
    private static IEnumerable<Task> Partition(TaskCompletionSource<int>[] sources) => Enumerable.Range(0, 4).Select(part => Task.Run(() =>
    {
        for (var i = part; i < sources.Length; i += 4)
        {
            sources[i].SetResult(i);
        }
    }));

    private sealed class Gate : System.Threading.Tasks.Sources.IValueTaskSource<int>
    {
        private System.Threading.Tasks.Sources.ManualResetValueTaskSourceCore<int> _core;

        public ValueTask<int> WaitAsync()
        {
            _core.Reset();
            return new(this, _core.Version);
        }

        public void Open(int result) => _core.SetResult(result);

        public int GetResult(short token) => _core.GetResult(token);

        public System.Threading.Tasks.Sources.ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, System.Threading.Tasks.Sources.ValueTaskSourceOnCompletedFlags flags) => _core.OnCompleted(continuation, state, token, flags);
    }
}
