/* OpenBLAS: products of matrices by CBLAS, eigenvectors by LAPACK, whose Fortran names its header does not declare. */
#include <cblas.h>

/* Eigenvalues, ascending, and eigenvectors, over the matrix, of a symmetric matrix; LAPACK's dsyevd. */
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
             const int *lwork, int *iwork, const int *liwork, int *info);
