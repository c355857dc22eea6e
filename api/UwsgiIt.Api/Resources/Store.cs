using Microsoft.EntityFrameworkCore;
using UwsgiIt.Api.Authentication;
using UwsgiIt.Api.Hosting;
using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.Resources;

/// <summary>The rules of one kind of object, the same for every root. What breaks them is a <see cref="Fault"/>. Writes run inside a <see cref="Changes.WriteScope"/>.</summary>
internal abstract class Store<TRow, TView, TCreate, TPatch>(StoreContext context)
    where TRow : TrackedRow
{
    /// <summary>All rows the caller may see, with what the view needs.</summary>
    public abstract IQueryable<TRow> Rows { get; }

    protected ApiContext Db => context.Db;

    protected Caller Caller => context.Caller;

    protected long Now => context.Now;

    public Task<TRow?> FindAsync(int id, CancellationToken cancellationToken)
    {
        var rowId = RowId(id);
        return Rows.FirstOrDefaultAsync(row => row.Id == rowId, cancellationToken);
    }

    /// <summary>Rows narrowed by the query of a list call.</summary>
    public virtual IQueryable<TRow> Filter(IQueryable<TRow> rows, IQueryCollection query) => rows;

    /// <summary>What a new object costs much to make, before the transaction that everybody else waits for: a key pair, a password's hash.</summary>
    public virtual Task PrepareAsync(TCreate body, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>As <see cref="PrepareAsync(TCreate, CancellationToken)"/>, for a change.</summary>
    public virtual Task PrepareAsync(TPatch patch, CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual Task<TRow> CreateAsync(TCreate body, CancellationToken cancellationToken) => throw new Fault(FaultKind.MethodNotAllowed, "Method not allowed");

    public virtual Task UpdateAsync(TRow row, TPatch patch, CancellationToken cancellationToken) => throw new Fault(FaultKind.MethodNotAllowed, "Method not allowed");

    public virtual Task DeleteAsync(TRow row, CancellationToken cancellationToken)
    {
        Db.Remove(row);
        return Db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>The rows as the modern root shows them.</summary>
    public virtual Task<IReadOnlyList<TView>> ViewsAsync(IReadOnlyList<TRow> rows, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<TView>>([.. rows.Select(View)]);

    /// <summary>From the number in a path to the row's.</summary>
    public virtual int RowId(int id) => id;

    public virtual int PathId(TRow row) => row.Id;

    protected virtual TView View(TRow row) => throw new NotSupportedException();

    /// <summary>Whose the new object is: customers make their own, operators say.</summary>
    protected int OwnerOf(int? customerId) => Caller.IsOperator
        ? customerId ?? throw Fault.Invalid("customer", "is needed from an operator")
        : customerId is null || customerId == Caller.CustomerId ? Caller.CustomerId!.Value : throw Fault.Forbidden();

    protected void OnlyOperators(bool isSet, string field)
    {
        if (isSet && !Caller.IsOperator)
        {
            throw Fault.Forbidden($"{field} is for operators");
        }
    }

    /// <summary>Marks a row whose own columns stay the same as changed: its time and revision move.</summary>
    protected void Touch(TRow row) => Db.Entry(row).Property(static x => x.ModifiedUnix).IsModified = true;
}
